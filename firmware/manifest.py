# What is frozen into every image. Included by boards/<BOARD>/manifest.py; the paths are relative
# to this file. Order does not matter: everything is imported by name.
module("errors.py")
module("main.py")
package("scep")
package("keystore")
package("phone")
