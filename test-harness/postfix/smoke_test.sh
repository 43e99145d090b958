#!/bin/bash
# The throw-away Postfix does what the end-to-end tests count on. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. test-harness/mta.sh
. test-harness/mta_smoke.sh
PATH=$PATH:/usr/sbin:/sbin
mta=postfix
instance=test-harness/postfix/instance
foreign=(--xclient "ADDR=198.51.100.7 NAME=mail.foreign.example")

smoke_tests+=(
	"xclient|XCLIENT brings IPv6 addresses and {auth_authen} to the filter"
)

test_xclient()
{
	noop_start --macros
	mta_start --milter "unix:$dir/noop.sock"
	send --xclient "ADDR=IPV6:2001:db8::7 NAME=mail.foreign.example LOGIN=joe" >/dev/null
	settle
	tap_is "$1" "$(in_mails -o 'client=[^ ]* auth_authen=[^ ]*')" \
		"client=2001:db8::7 auth_authen=joe"
}

smoke_run
