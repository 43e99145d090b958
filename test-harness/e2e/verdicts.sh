# shellcheck shell=bash
# Each verdict of depeerd, as an MTA makes it come true: the same story for Postfix and Sendmail.
# Sourced (bash) after mta.sh and e2e.sh by postfix_verdicts_test and sendmail_verdicts_test, which
# set mta, instance and said_before_text (what the MTA puts before our text at RCPT), and define
#   from NAME ADDRESS    puts options of smtp_client into the array from: it is this client then

# shellcheck disable=SC2154

verdict_tests=(
	"accept|accept: delivered, our three headers once each"
	"tag|tag: delivered with X-Spam-Flag and the Subject's prefix"
	"quarantine|quarantine: held by the MTA, the reason in log line and header"
	"release|quarantine: a released mail arrives with the headers"
	"rcpt|reject at RCPT: 550 5.7.1 with id, network and how to appeal"
	"rcpt_two|reject at RCPT: each recipient, each mail of the connection, none delivered"
	"eom|reject at the end of the message: 550 5.7.1 with the queue id"
	"others|a rejected mail leaves the connection's other mails alone"
	"link_network|a link hosted in a listed network: 550 5.7.1 with that network"
	"stage|RejectStage eom: the same client is refused at the end of the message"
	"peer|PeerList: passes untouched"
	"nowhere|a client in no database: asn=none, never a hit"
	"internal|On-InternalError: 451 by default"
	"internal_reject|On-InternalError reject: 550"
	"internal_accept|On-InternalError accept: delivered, marked as unknown"
	"observe|Mode observe: delivered, header and log say what would have been done"
	"forged|forged headers: none survives, ours are right"
)

# shellcheck disable=SC2120 # sendmail_verdicts_test gives it more
mta_start()
{
	"$instance" start "$dir/mta" --milter "$(sed -n 's/^Socket //p' "$dir/depeer.conf")" \
		--default-action tempfail "$@" || return 1
	port=$("$instance" port "$dir/mta")
}

# send FILE [OPTIONS]...: from the client in `from`; one line of smtp_client's a mail, in $replies.
server_host=127.0.0.1
send()
{
	local files=()
	while [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; do
		files+=("$dir/$1")
		shift
	done
	replies=$(timeout 60 "$client" --server "$server_host:$port" "${from[@]}" --rcpt "$recipient" \
		"$@" "${files[@]}")
}

# "STAGE CODE ENHANCED" of each mail sent.
said()
{
	cut -f4-6 <<<"$replies" | tr '\t' ' ' | paste -sd,
}

# send_one FILE [OPTIONS]...: on a clean table; leaves $mails (files), $line (log), $text (reply).
send_one()
{
	local before
	"$instance" clear "$dir/mta"
	before=$(verdict_lines | wc -l)
	send "$@"
	"$instance" settle "$dir/mta"
	mapfile -t mails < <("$instance" mails "$dir/mta")
	# Written by a thread of its own: after the answer.
	mta_wait_for 10 test_more_lines "$before"
	lines=$(verdict_lines | tail -n "+$((before + 1))")
	line=$(head -n 1 <<<"$lines")
	text=$(cut -f7 <<<"$replies")
}

test_more_lines()
{
	[ "$(verdict_lines | wc -l)" -gt "$1" ]
}

# The one delivered mail's headers of ours (in the order that they stand), its marks and Subject.
marks()
{
	[ "${#mails[@]}" -eq 1 ] || { echo "${#mails[@]} mails"; return; }
	mail_headers "${mails[0]}" 'X-Depeer.*|X-Spam.*|Subject' | sed 's/ id=[^ ]*//; s/ org=.*//' |
		paste -sd'|'
}

origin='X-Depeer-Origin: client=198.51.100.7 asn=64501 prefix=198.51.100.0/24 cc=XA'

test_accept()
{
	daemon_restart
	from honest 198.51.100.7
	send_one clean.eml
	tap_is "$1" "$(said) $(marks)" "eom 250 2.0.0 X-Depeer-Score: 0.0/10.0 action=accept\
 mode=enforce|X-Depeer-Rules: none|$origin|Subject: a letter"
	tap_is "$mta: accept: the log line" \
		"$(wc -l <<<"$lines") $(fields "$line" action stage score client asn prefix cc rules mode)" \
		"1 accept eom 0.0/10.0 198.51.100.7 64501 198.51.100.0/24 XA none enforce"
	tap_is "$mta: accept: log line and header name the queue id" \
		"$(sed -n 's/^X-Depeer-Score:.* id=//p' "${mails[0]}")" "${line%%:*}"
	tap_true "$mta: accept: and so does the MTA's answer" grep -q "${line%%:*}" <<<"$text"
}

# Whoever sends it: the host of its link, by the DNS, stands in a network that is listed.
test_link_network()
{
	local server
	printf '%s\n' 'www.pills.com A 192.0.2.80' 'www.books.com A 198.51.100.80' >"$dir/dns.table"
	"$B/harness/tools/dns_server" "$dir/dns.table" >"$dir/dns.address" &
	server=$!
	mta_wait_for 10 test -s "$dir/dns.address"
	daemon_restart ResolveNames yes Nameserver "$(cat "$dir/dns.address")" LogWhy yes
	from honest 198.51.100.7
	write_mail hosted.eml 'an offer' 'http://www.pills.com/cheap'
	send_one hosted.eml
	tap_is "$1" "$(said) ${#mails[@]} ${text/"${line%%:*}"/ID}" "eom 550 5.7.1 0 Mail refused by\
 local policy (id ID); client 198.51.100.7 in network 198.51.100.0/24 (AS64501 HONEST-EX); link to\
 192.0.2.80 in network 192.0.2.0/24 (AS64500 BAD-EX). If this is an error, write to postmaster and\
 name this id."
	tap_is "$mta: link_network: the log lines" \
		"$(fields "$line" action stage rules) $(grep -c 'why rule=SHOP_NET.*AS64500' "$dir/depeerd.log")" \
		"reject eom SHOP_NET:12.0 1"
	write_mail hosted.eml 'a book' 'http://www.books.com/new'
	send_one hosted.eml
	tap_is "$mta: link_network: hosted elsewhere" "$(said) $(fields "$line" action rules unknown)" \
		"eom 250 2.0.0 accept none "
	kill "$server"
	wait "$server" 2>/dev/null
	daemon_restart
}

test_tag()
{
	send_one mark.eml
	tap_is "$1" "$(said) $(marks)" "eom 250 2.0.0 X-Spam-Flag: YES|X-Depeer-Score: 6.0/10.0\
 action=tag mode=enforce|X-Depeer-Rules: MARK:6.0|$origin|Subject: [spam] please mark me"
	tap_is "$mta: tag: the log line" "$(fields "$line" action stage score rules)" \
		"tag eom 6.0/10.0 MARK:6.0"
}

test_quarantine()
{
	local id shown
	send_one hold.eml
	id=$("$instance" held "$dir/mta")
	shown=$("$instance" show "$dir/mta" "$id" | grep -c '^X-Depeer-Rules: HOLD:9.0')
	tap_is "$1" "$(said) mails=${#mails[@]} shown=$shown $(fields "$line" action stage score rules)" \
		"eom 250 2.0.0 mails=0 shown=1 quarantine eom 9.0/10.0 HOLD:9.0"
	tap_is "$mta: quarantine: the log line names the held mail" "${line%%:*}" "$id"
}

test_release()
{
	local id
	id=$("$instance" held "$dir/mta")
	"$instance" release "$dir/mta" "$id" >/dev/null 2>&1
	mta_wait_for 20 test_delivered 1
	mapfile -t mails < <("$instance" mails "$dir/mta")
	tap_is "$1" "$(marks)" "X-Spam-Flag: YES|X-Depeer-Score: 9.0/10.0 action=quarantine\
 mode=enforce|X-Depeer-Rules: HOLD:9.0|$origin|Subject: [spam] please hold me"
}

test_rcpt()
{
	from bad 192.0.2.7
	send_one clean.eml
	tap_is "$1" "$(said) ${text/"${line%%:*}"/ID}" "rcpt 550 5.7.1 ${said_before_text}\
Mail refused by local policy (id ID); client 192.0.2.7 in network 192.0.2.0/24 (AS64500 BAD-EX).\
 If this is an error, write to postmaster and name this id."
	tap_is "$mta: reject at RCPT: the log line" \
		"${#mails[@]} $(wc -l <<<"$lines") $(fields "$line" action stage score client asn rules)" \
		"0 1 reject rcpt 12.0/10.0 192.0.2.7 64500 CLIENT_BAD:12.0"
}

test_rcpt_two()
{
	send_one clean.eml shop.eml --session-messages 2 --rcpt second@depeer.test
	tap_is "$1" "$(said) ${#mails[@]} $(cut -f9 <<<"$replies" | paste -sd,) $(wc -l <<<"$lines")" \
		"rcpt 550 5.7.1,rcpt 550 5.7.1 0 0/2,0/2 4"
}

test_eom()
{
	from honest 198.51.100.7
	send_one shop.eml
	tap_is "$1" "$(said) ${#mails[@]} ${text/"${line%%:*}"/ID}" "eom 550 5.7.1 0 \
Mail refused by local policy (id ID); client 198.51.100.7 in network 198.51.100.0/24 (AS64501\
 HONEST-EX). If this is an error, write to postmaster and name this id."
	tap_is "$mta: reject at the end of the message: the log line" \
		"$(fields "$line" action stage score rules)" "reject eom 12.0/10.0 SHOP_URL:12.0"
}

test_others()
{
	send_one clean.eml shop.eml mark.eml shop.eml clean.eml --session-messages 5
	tap_is "$1" "$(said) $(grep -h '^X-Depeer-Score' "${mails[@]}" | cut -d' ' -f3 | sort | paste -sd' ')" \
		"eom 250 2.0.0,eom 550 5.7.1,eom 250 2.0.0,eom 550 5.7.1,eom 250 2.0.0\
 action=accept action=accept action=tag"
	tap_is "$mta: mails of one connection: one log line each, in their order" \
		"$(while read -r line; do field "$line" action; done <<<"$lines" | paste -sd' ')" \
		"accept reject tag reject accept"
}

test_stage()
{
	daemon_restart RejectStage eom
	from bad 192.0.2.7
	send_one clean.eml
	tap_is "$1" "$(said) ${#mails[@]} $(fields "$line" action stage rules)" \
		"eom 550 5.7.1 0 reject eom CLIENT_BAD:12.0"
}

test_peer()
{
	daemon_restart
	from peer 203.0.113.9
	send_one shop.eml
	tap_is "$1" "$(said) $(marks) $(fields "$line" action reason client)" \
		"eom 250 2.0.0 Subject: a shop pass peer 203.0.113.9"
}

test_nowhere()
{
	from nowhere 198.18.0.7
	send_one clean.eml
	tap_is "$1" "$(said) $(fields "$line" action client asn prefix cc rules)" \
		"eom 250 2.0.0 accept 198.18.0.7 none none none none"
}

# Honestly: the mail does not fit into the memory that one may take.
test_internal()
{
	daemon_restart MessageMemory 64k
	from honest 198.51.100.7
	send_one big.eml
	tap_is "$1" "$(said) ${#mails[@]} $(fields "$line" action stage score error)" \
		"eom 451 4.3.0 0 tempfail eom unknown/10.0 out-of-memory"
}

test_internal_reject()
{
	daemon_restart MessageMemory 64k On-InternalError reject
	send_one big.eml
	tap_is "$1" "$(said) ${#mails[@]} $(fields "$line" action error)" \
		"eom 550 5.3.0 0 reject out-of-memory"
}

test_internal_accept()
{
	daemon_restart MessageMemory 64k On-InternalError accept
	send_one big.eml
	tap_is "$1" "$(said) $(mail_headers "${mails[0]}" 'X-Depeer-(Score|Rules)' | paste -sd'|')\
 $(fields "$line" action error)" "eom 250 2.0.0 X-Depeer-Score: unknown (internal error)|\
X-Depeer-Rules: unknown (internal error) accept out-of-memory"
}

test_observe()
{
	daemon_restart Mode observe
	from bad 192.0.2.7
	send_one shop.eml
	tap_is "$1" "$(said) $(mail_headers "${mails[0]}" 'X-Depeer-Score|X-Spam.*|Subject' |
		sed 's/ id=.*//' | paste -sd'|') $(fields "$line" action stage would mode)" \
		"eom 250 2.0.0 X-Depeer-Score: 24.0/10.0 action=accept would=reject mode=observe|Subject: a\
 shop accept eom reject observe"
}

# write_forged COUNT FILE SUBJECT: that many forged headers, among others of which none may go.
write_forged()
{
	local names=(X-Depeer-Score x-depeer-score X-DEPEER-RULES X-Depeer-Origin X-Spam-Flag
		x-spam-status X-SPAM-LEVEL X-Depeer-Score X-Spam-Flag X-Depeer-Anything)
	local n name
	{
		echo "Keep-Me-0: kept"
		for ((n = 1; n <= $1; n++)); do
			name=${names[n * 7 % 10]}
			case $((n % 5)) in
			0) printf '%s:forged\n' "$name" ;;
			1) printf '%s: forged\n' "$name" ;;
			2) printf '%s:\n\tforged,\n forged again\n' "$name" ;;
			3) printf '%s:  \t forged=1.0/5 action=accept\n' "$name" ;;
			4) printf '%s : forged\n' "$name" ;;
			esac
			[ $((n % 3)) -ne 0 ] || printf 'Keep-Me-%s:kept\n\tfolded\n' "$n"
		done
		printf '%s\n' "Subject: $3" 'From: a@client.example' "X-Spam: no name of ours" "" \
			'X-Depeer-Score: in the body' 'X-Spam-Flag: in the body'
	} >"$dir/$2"
}

# What stands in a mail: forged ones left, ours, X-Spam-Flag, those to be kept, the body's.
forged_counts()
{
	local sent=$1 mail=$2
	echo "forged=$(mail_headers "$mail" '.*' | grep -c 'forged')\
 ours=$(mail_headers "$mail" 'X-Depeer.*' | cut -d: -f1 | paste -sd,)\
 spam=$(mail_headers "$mail" 'X-Spam-.*' | paste -sd,)\
 kept=$([ "$(mail_headers "$sent" 'Keep-Me.*|X-Spam|From' | sed 's/: */:/')" = \
	"$(mail_headers "$mail" 'Keep-Me.*|X-Spam|From' | sed 's/: */:/')" ] && echo all)\
 body=$(mail_body "$mail" | grep -c 'in the body')"
}

ours='forged=0 ours=X-Depeer-Score,X-Depeer-Rules,X-Depeer-Origin'

# forged_round NAME SUBJECT EXPECTED-SPAM ACTION [release]: 0, 1, 2, 3 and 50 of them on one
# connection; with "release" they are held, and released first.
forged_round()
{
	local name=$1 n mail counts=() files=() got
	for n in 0 1 2 3 50; do
		write_forged "$n" "forged-$n.eml" "$2 $n."
		files+=("forged-$n.eml")
	done
	send_one "${files[@]}" --session-messages 5
	[ $# -lt 5 ] || release_all 5
	for n in 0 1 2 3 50; do
		got="missing"
		for mail in "${mails[@]}"; do
			grep -q "^Subject: .*$2 $n\\.\$" "$mail" || continue
			got="$(forged_counts "$dir/forged-$n.eml" "$mail")\
 $(mail_headers "$mail" X-Depeer-Score | grep -o ' action=[a-z]*')"
		done
		counts+=("$got")
	done
	tap_is "$mta: forged headers: 0, 1, 2, 3, 50 of them, $name" \
		"$(printf '%s\n' "${counts[@]}" | sort -u)" "$ours $3 kept=all body=2  action=$4"
}

release_all()
{
	local id
	for id in $("$instance" held "$dir/mta"); do
		"$instance" release "$dir/mta" "$id" >/dev/null 2>&1
	done
	mta_wait_for 20 test_delivered "$1"
	mapfile -t mails < <("$instance" mails "$dir/mta")
}

test_delivered()
{
	[ "$("$instance" mails "$dir/mta" | wc -l)" -eq "$1" ]
}

test_forged()
{
	from honest 198.51.100.7
	forged_round "in Mode observe" "mark me" "spam=" accept
	daemon_restart
	forged_round "verdict accept" "nothing" "spam=" accept
	forged_round "verdict tag" "mark me" "spam=X-Spam-Flag: YES" tag
	forged_round "verdict quarantine" "hold me" "spam=X-Spam-Flag: YES" quarantine release
}

verdicts_skip()
{
	local entry
	for entry in "${verdict_tests[@]}"; do
		tap_skip "$mta: ${entry#*|}" "$1"
	done
	exit 0
}

verdicts_run()
{
	local entry why
	e2e_begin "e2e-$mta"
	write_mails
	daemon_start
	why=$(mta_start 2>&1)
	case $? in
	0) ;;
	77) verdicts_skip "$why" ;;
	*) mta_fail "$why" ;;
	esac
	port=$("$instance" port "$dir/mta")
	for entry in "${verdict_tests[@]}"; do
		"test_${entry%%|*}" "$mta: ${entry#*|}"
	done
	daemon_stop
	tap_is "$mta: depeerd ends well" "$?" 0
	log_tests "$mta"
	echo "1..$tap_count"
	exit $((tap_failed > 0))
}
