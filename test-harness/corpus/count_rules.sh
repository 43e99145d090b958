#!/bin/sh
# count_rules.sh - how often each shipped rule hits spam and ham, as a table.
#
# Usage: count_rules.sh [-r RULES_DIR] COLUMN=FILE...
#   COLUMN is a name for a set of mails, FILE what `depeer score --format json`
#   printed about them, one object a line. Columns of one name are added up.
#   With -r every scored rule that RULES_DIR/*.cf describes has a row, also
#   those that hit nothing.
# Prints two Markdown tables: hits per rule, and what was decided.
# Only sh and awk, since nothing else is sure to be there.
#
# Example:
#   depeer score --format json spam-1 spam-2 > s; depeer score --format json easy-ham-1 > h
#   count_rules.sh -r rules/d 'spam=s' 'ham=h'
set -eu

rules=
if [ "${1-}" = -r ]; then
	rules=${2:?-r wants a directory}
	shift 2
fi
if [ $# -eq 0 ]; then
	echo "usage: count_rules.sh [-r RULES_DIR] COLUMN=FILE..." >&2
	exit 64
fi
for arg in "$@"; do
	case $arg in
	*=*) [ -r "${arg#*=}" ] || { echo "count_rules.sh: cannot read ${arg#*=}" >&2; exit 66; } ;;
	*) echo "count_rules.sh: '$arg' is not COLUMN=FILE" >&2; exit 64 ;;
	esac
done

{
	# Each line gets a mark in front: R rule name, C column, J JSON.
	if [ -n "$rules" ]; then
		sed -n 's/^describe[[:space:]]\{1,\}\([A-Za-z0-9_]*\).*/R \1/p' "$rules"/*.cf
	fi
	for arg in "$@"; do
		printf 'C %s\n' "${arg%%=*}"
		sed 's/^/J /' "${arg#*=}"
	done
} | awk '
function cell(n, total) { return n ? sprintf("%d (%.2f %%)", n, 100 * n / total) : "0" }
function row(name) { if (!(name in known)) { known[name] = 1; names[++names_n] = name } }
# In JSON a quote inside a string is written \", so these unescaped keys are never text of a mail.
function value(line, key,    at, rest) {
	at = match(line, "\"" key "\" *: *")
	if (!at) return ""
	rest = substr(line, at + RLENGTH)
	if (substr(rest, 1, 1) == "\"") { rest = substr(rest, 2); sub(/".*/, "", rest) }
	else sub(/[,}\]].*/, "", rest)
	return rest
}
$1 == "R" { row($2); next }
$1 == "C" {
	column = substr($0, 3)
	if (!(column in seen)) { seen[column] = 1; columns[++columns_n] = column }
	next
}
{
	if ($0 !~ /^J *\{/) { bad++; next }
	line = substr($0, 3)
	action = value(line, "action")
	if (action == "") { bad++; next }
	total[column]++
	actions[action] = 1
	decided[action, column]++
	at = match(line, /"rules" *: *\[/)
	if (!at) next
	line = substr(line, at + RLENGTH)
	if ((at = match(line, /\] *, *"(urls|client|unknown|truncated)" *:/))) line = substr(line, 1, at)
	split("", once)
	while (match(line, /\{ *"name" *: *"[A-Za-z0-9_]+"/)) {
		name = substr(line, RSTART, RLENGTH)
		sub(/^.*: *"/, "", name); sub(/"$/, "", name)
		line = substr(line, RSTART + RLENGTH)
		if (name in once) continue
		once[name] = 1
		row(name)
		hits[name, column]++
	}
}
END {
	head = "| rule |"; rule = "|---|"
	for (c = 1; c <= columns_n; c++) {
		head = head " " columns[c] " (" total[columns[c]] + 0 ") |"; rule = rule "--:|"
	}
	print head; print rule
	for (i = 1; i <= names_n; i++) {
		out = "| " names[i] " |"
		for (c = 1; c <= columns_n; c++)
			out = out " " cell(hits[names[i], columns[c]] + 0, total[columns[c]]) " |"
		print out
	}
	sub(/rule/, "action", head)
	print ""; print head; print rule
	order_n = split("accept tag quarantine tempfail reject discard", order, " ")
	for (i = 1; i <= order_n; i++) {
		if (!(order[i] in actions)) continue
		out = "| " order[i] " |"
		for (c = 1; c <= columns_n; c++)
			out = out " " cell(decided[order[i], columns[c]] + 0, total[columns[c]]) " |"
		print out
		delete actions[order[i]]
	}
	for (other in actions) { print "count_rules.sh: unknown action " other > "/dev/stderr"; failed = 1 }
	if (bad) { print "count_rules.sh: " bad " lines are no results" > "/dev/stderr"; failed = 1 }
	exit failed
}'
