"""OBJECT IDENTIFIERs that the product does not know: for what it must refuse or pass over.

For the tests, under both Pythons; contents of the encoding as in module `oid`.
"""

RSA_PSS = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"  # 1.2.840.113549.1.1.10
MS_SID = b"\x2b\x06\x01\x04\x01\x82\x37\x19\x02"  # 1.3.6.1.4.1.311.25.2
INVALIDITY_DATE = b"\x55\x1d\x18"  # 2.5.29.24
