"""The licences of what is linked into an image, whole: `setctl licences`, the MMI's page.

For phone/actions.py. A part that only some boards link is named by the board's LINKED; what every
image holds is always there. host_tests/test_licences.py compares with what the linker took.
"""

_MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this \
software and associated documentation files (the "Software"), to deal in the Software without \
restriction, including without limitation the rights to use, copy, modify, merge, publish, \
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the \
Software is furnished to do so, subject to the following conditions:
The above copyright notice and this permission notice shall be included in all copies or \
substantial portions of the Software.
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT \
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND \
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, \
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT \
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""

_BSD = """Redistribution and use in source and binary forms, with or without modification, are \
permitted provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions \
and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of \
conditions and the following disclaimer in the documentation and/or other materials provided with \
the distribution.
3. The name of the author may not be used to endorse or promote products derived from this \
software without specific prior written permission.
THIS SOFTWARE IS PROVIDED BY THE AUTHOR "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, \
BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE \
ARE DISCLAIMED. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, \
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF \
SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER \
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING \
NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF \
THE POSSIBILITY OF SUCH DAMAGE."""

_SUN = """Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use, copy, modify, \
and distribute this software is freely granted, provided that this notice is preserved."""

# Name: (version, holder, licence by its SPDX name, text). A text is said once.
COMPONENTS = (
    ("microscep", "", "2026 the microscep authors", "MIT", _MIT),
    ("MicroPython", "1.25.0", "2013-2025 Damien P. George", "MIT", _MIT),
    ("BearSSL", "0.6", "2016 Thomas Pornin", "MIT", _MIT),
    ("TinyUSB", "0.18.0", "2018-2024 Ha Thach (tinyusb.org)", "MIT", _MIT),
    ("lwIP", "2.2.1", "2001-2004 Swedish Institute of Computer Science", "BSD-3-Clause", _BSD),
    ("Pico SDK", "2.1.1", "2020-2024 Raspberry Pi Ltd.", "BSD-3-Clause", _BSD),
    ("newlib", "", "1994-2009 Red Hat, Inc. and its contributors", "BSD-3-Clause", _BSD),
    ("fdlibm", "in MicroPython", "1993 by Sun Microsystems, Inc.", "SunPro", _SUN),
    ("libgcc", "", "the Free Software Foundation", "GPL-3.0 WITH GCC-exception-3.1", ""),
)
_EVERYWHERE = ("microscep", "MicroPython", "BearSSL")


def linked(more):
    """Return the rows of COMPONENTS that every image holds, and those named in `more`."""
    return [row for row in COMPONENTS if row[0] in _EVERYWHERE or row[0] in more]


def text(more):
    """Return who made what is linked, and each licence's text once (str of lines).

    more: names of COMPONENTS that this board links beside what every image holds.
    """
    rows = linked(more)
    lines = ["%s: %s, (c) %s" % ((n + " " + v).rstrip(), spdx, who) for n, v, who, spdx, _ in rows]
    said = []
    for _, _, _, spdx, body in rows:
        if body and spdx not in said:
            said.append(spdx)
            lines += ["", spdx, body]
    return "\n".join(lines)
