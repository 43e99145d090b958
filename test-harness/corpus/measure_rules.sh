#!/bin/sh
# measure_rules.sh - scores the corpora with depeer and prints the tables of doc/rules.md.
#
# Usage: measure_rules.sh DEPEER SPAMASSASSIN_DIR MODERN_DIR ENVELOPES_DIR [DATABASE...]
#   DEPEER            the program, build/release/depeer
#   SPAMASSASSIN_DIR  what test-harness/corpora prints (easy-ham-1, easy-ham-2, hard-ham-1,
#                     spam-1, spam-2 with .txt files)
#   MODERN_DIR        a folder with spam/ and ham/ of .eml files
#   ENVELOPES_DIR     the folder with envelopes-spamassassin-npm.tsv and
#                     envelopes-modern-2025-26.tsv: who brought each mail
#   DATABASE          as for depeer's --database; without one no network is known
# RULES_DIR (default: rules/d beside this script) names the rules.
#
# Each mail is judged on the day of its Date header, as coming from the client that the table
# names; the client's name and greeting are read from the mail's own line about it (the table's
# `helo` is not used: for some servers' lines it has the address there).
set -eu

if [ $# -lt 4 ]; then
	echo "usage: measure_rules.sh DEPEER SPAMASSASSIN_DIR MODERN_DIR ENVELOPES_DIR [DATABASE...]" >&2
	exit 64
fi
depeer=$1 old=$2 modern=$3 envelopes=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
rules=${RULES_DIR:-$here/../../rules/d}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
for database; do
	shift
	set -- "$@" --database "$database"
done
printf 'TagScore 5\nQuarantineScore 8\nRejectScore 10\n' >"$work/conf"

for table in spamassassin-npm modern-2025-26; do
	# the columns corpus, file and client_ip
	cut -f 1,2,4 "$envelopes/envelopes-$table.tsv" >"$work/$table.tsv"
done

score() { # out folder table [--database FILE]...
	out=$1 folder=$2 table=$3
	shift 3
	[ -d "$folder" ] || { echo "measure_rules.sh: no folder $folder" >&2; exit 66; }
	"$depeer" score -c "$work/conf" --rules "$rules" --format json --date mail \
		--envelopes "$work/$table.tsv" "$@" "$folder" >"$work/$out"
}
for set in easy-ham-1 easy-ham-2 hard-ham-1 spam-1 spam-2; do
	score "$set" "$old/$set" spamassassin-npm "$@"
done
score modern-spam "$modern/spam" modern-2025-26 "$@"
score modern-ham "$modern/ham" modern-2025-26 "$@"

"$here/count_rules.sh" -r "$rules" \
	"spam 2002-03=$work/spam-1" "spam 2002-03=$work/spam-2" \
	"easy ham 2002-03=$work/easy-ham-1" "easy ham 2002-03=$work/easy-ham-2" \
	"hard ham 2002-03=$work/hard-ham-1" \
	"spam 2025-26=$work/modern-spam" "ham 2025-26=$work/modern-ham"
