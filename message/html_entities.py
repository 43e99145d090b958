#!/usr/bin/env python3
"""Writes message/html_entities.h, from the names that Python's own library knows (html.entities:
the list of the HTML standard). Run it again only when that list changes, which it never does:

    message/html_entities.py > message/html_entities.h
"""
from html.entities import html5, name2codepoint

# Beyond those of HTML 4: names that hide links, and which the texts that rules see have decoded,
# too.
FEW = set(name2codepoint) | set(
    "AMP COPY GT Hat LT NewLine NoBreak NonBreakingSpace QUOT REG Tab UnderBar VerticalLine"
    " ZeroWidthSpace apos ast bsol colon comma commat dash dollar equals excl grave hyphen lbrace"
    " lbrack lcub lowbar lpar lsqb midast num percnt period plus quest rbrace rbrack rcub rpar"
    " rsqb semi sol verbar vert".split())

HEAD = '''/* message/html_entities: named character references, all that the HTML standard lists (WHATWG HTML
 * 13.5), in strcmp() order. Written by message/html_entities.py, which see: do not edit.
 */
#ifndef DEPEER_MESSAGE_HTML_ENTITIES_H
#define DEPEER_MESSAGE_HTML_ENTITIES_H

#include <stdint.h>

enum { HTML_ENTITY_NAME_MAX = %d, HTML_ENTITY_BARE_MAX = %d /* length of those that may be bare */ };
enum { /* bits of `what` */
	HTML_ENTITY_CODE = (1 << 21) - 1,
	HTML_ENTITY_BARE = 1 << 21,  /* also without ";": the list of those that old pages used */
	HTML_ENTITY_FEW = 1 << 22,   /* of HTML 4, and those beyond that hide links */
	HTML_ENTITY_SECOND = 24      /* from here on: index of HTML_ENTITY_SECONDS */
};

struct html_entity {
	const char *name;            /* without ";" */
	uint32_t what;
};

/* Code points behind the first; index 0: none. */
static const uint16_t HTML_ENTITY_SECONDS[] = {
	%s
};
'''


def lines(items):
    """Items, separated by blanks, in lines of less than 100 columns."""
    line = "\t"
    for item in items:
        if len(line) + 3 + len(item) > 99:
            yield line.rstrip()
            line = "\t"
        line += item + " "
    yield line.rstrip()


names = sorted(name[:-1] for name in html5 if name.endswith(";"))
bare = [name for name in html5 if not name.endswith(";")]
seconds = ["\0"] + sorted({codes[1] for codes in html5.values() if len(codes) > 1})
rows = []
for name in names:
    codes = html5[name + ";"]
    what = ord(codes[0]) | (name in bare) << 21 | (name in FEW) << 22
    what |= seconds.index(codes[1:] or "\0") << 24
    rows.append('{ "%s", 0x%X },' % (name, what))
first = []
for letter in range(ord("A"), ord("z") + 2):
    first.append("%d," % sum(1 for name in names if ord(name[0]) < letter))
print(HEAD % (max(map(len, names)), max(map(len, bare)),
              ", ".join("0x%X" % ord(code) for code in seconds)))
print("static const struct html_entity HTML_ENTITIES[] = {")
print("\n".join(lines(rows)))
print("};\n")
print("/* Where the names begin that begin with 'A' and each byte behind it, up to 'z' + 1. */")
print("static const uint16_t HTML_ENTITIES_FROM['z' - 'A' + 2] = {")
print("\n".join(lines(first)))
print("};\n\n#endif")
