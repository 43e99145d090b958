#!/usr/bin/perl
# What SpamAssassin says of mails: its hits, or its own views of them.
#
#   sa_hits.pl [options] MAIL|DIRECTORY|@LIST ...
#     -r, --rules PATH    rule file or directory (again for more) instead of the stock set
#     -x, --extra PATH    rule file or directory (again for more) read after it
#     -j, --jobs N        processes (default 2)
#     -o, --out FILE      instead of standard output
#         --views         the views instead of the hits
#         --header NAME   with --views: also this header, as rules name it (again for more)
#         --list          the rules that were loaded, as a table: name, kind, score, and for metas
#                         the rules that they use; takes no mails
#
# @LIST names a file with one mail a line. One JSON object a mail, in the order of the operands:
#   {"file","score","spam","us","hits":{"NAME":count}}     us: CPU of parsing and checking; hits: with
#                                                          sub-rules, counts as metas see them
#   {"file","body":[],"rawbody":[],"uris":[],"full","headers":{"NAME":value|null}}
# Text is bytes: each byte is one character of the JSON string, as JSON cannot hold others.
#
# SpamAssassin runs as Debian installs it but without network, learning and what the machine's
# admin has set: the plugins below instead of /etc/spamassassin/*.pre, nothing of local.cf, the
# rules read in place. Loaded and compiled once, before the first mail is timed.
use strict;
use warnings;
use Getopt::Long qw(:config no_ignore_case bundling);
use File::Find;
use POSIX ();
use File::Temp qw(tempdir);
use JSON::PP;
use Mail::SpamAssassin;
use Mail::SpamAssassin::Plugin::Check;
use Time::HiRes qw(clock_gettime CLOCK_PROCESS_CPUTIME_ID);

my $STOCK = '/usr/share/spamassassin';
# Debian's *.pre of 4.0.1, without those that ask other servers whatever local_tests_only says.
my @PLUGINS = qw(URIDNSBL SPF WelcomeListSubject MIMEHeader ReplaceTags DKIM Check HTTPSMismatch
	URIDetail Bayes BodyEval DNSEval HTMLEval HeaderEval MIMEEval RelayEval URIEval WLBLEval
	VBounce ImageInfo FreeMail AskDNS HashBL DMARC);

my (@rules, @extra, @headers, $views, $list, $out);
my $jobs = 2;
GetOptions('r|rules=s' => \@rules, 'x|extra=s' => \@extra, 'j|jobs=i' => \$jobs,
	'o|out=s' => \$out, 'views' => \$views, 'header=s' => \@headers, 'list' => \$list)
	&& ($list xor @ARGV) && $jobs > 0
	or die "usage: sa_hits.pl [-r RULES] [-x RULES] [-j N] [-o FILE] [--views] MAIL...\n";
if ($out) {
	open(STDOUT, '>', $out) or die "sa_hits: $out: $!\n";
}

sub slurp
{
	my ($path) = @_;
	open(my $file, '<:raw', $path) or die "sa_hits: $path: $!\n";
	local $/;
	my $text = <$file>;
	return defined $text ? $text : '';
}

# Rule files of a path, as SpamAssassin orders them.
sub rule_files
{
	my ($path) = @_;
	return $path unless -d $path;
	return sort glob("$path/*.cf");
}

sub mails
{
	my @mails;
	for my $operand (@_) {
		if ($operand =~ /^\@(.+)/s) {
			push @mails, split /\n/, slurp($1);
		} elsif (-d $operand) {
			my @found;
			find({ no_chdir => 1, wanted => sub { push @found, $_ if -f } }, $operand);
			push @mails, sort @found;
		} else {
			push @mails, $operand;
		}
	}
	return @mails;
}

# A rule with %{NAME} is made anew for each mail, and then matched with /o: for ever with what the
# first mail had. As that is no more than a slip, it is matched without.
{
	no warnings 'redefine';
	my $add = \&Mail::SpamAssassin::Plugin::Check::add_evalstr;
	*Mail::SpamAssassin::Plugin::Check::add_evalstr = sub {
		my ($self, $pms, $code, @rest) = @_;
		$code =~ s{/\$test_qr/(g?)op\b}{/\$test_qr/$1p}g if $code =~ /capture_template_rules/;
		return $add->($self, $pms, $code, @rest);
	};
}

sub load
{
	my $state = tempdir(CLEANUP => 1);
	mkdir "$state/site" or die;
	@rules = ($STOCK) unless @rules;
	my $own = join '', map { slurp($_) . "\n" } map { rule_files($_) } @rules[1 .. $#rules], @extra;
	my $sa = Mail::SpamAssassin->new({
		rules_filename => $rules[0], site_rules_filename => "$state/site",
		userprefs_filename => '/dev/null', userstate_dir => $state, home_dir_for_helpers => $state,
		local_tests_only => 1, dont_copy_prefs => 1,
		pre_config_text => join('', map { "loadplugin Mail::SpamAssassin::Plugin::$_\n" } @PLUGINS),
		post_config_text => $own . "use_bayes 0\nuse_auto_welcomelist 0\nrequired_score 5\n"
			. "time_limit 0\ndns_available no\n",
	});
	$sa->compile_now(0, 0);
	return $sa;
}

sub hits
{
	my ($sa, $file) = @_;
	my $text = slurp($file);
	my $from = clock_gettime(CLOCK_PROCESS_CPUTIME_ID);
	my $mail = $sa->parse($text, 1);
	my $status = $sa->check($mail);
	my $us = int((clock_gettime(CLOCK_PROCESS_CPUTIME_ID) - $from) * 1e6);
	my $all = $status->{tests_already_hit};
	my %hits = map { $_ => 0 + $all->{$_} } grep { $all->{$_} } keys %$all;
	my $result = { file => $file, score => 0 + $status->get_score(),
		spam => $status->is_spam() ? JSON::PP::true : JSON::PP::false, us => $us, hits => \%hits };
	$status->finish();
	$mail->finish();
	return $result;
}

sub bytes
{
	my ($text) = @_;
	return undef unless defined $text;
	utf8::encode($text) if utf8::is_utf8($text);
	return $text;
}

sub view
{
	my ($sa, $file) = @_;
	my $mail = $sa->parse(slurp($file), 1);
	my $status = Mail::SpamAssassin::PerMsgStatus->new($sa, $mail);
	$status->{main}->call_plugins('check_start', { permsgstatus => $status });
	$status->extract_message_metadata();
	my $result = { file => $file,
		body => [ map { bytes($_) } @{$status->get_decoded_stripped_body_text_array()} ],
		rawbody => [ map { bytes($_) } @{$status->get_decoded_body_text_array()} ],
		uris => [ map { bytes($_) } sort $status->get_uri_list() ],
		full => bytes($mail->get_pristine()),
		headers => { map { $_ => bytes(scalar $status->get($_, undef)) } @headers } };
	$status->finish();
	$mail->finish();
	return $result;
}

# SpamAssassin's own names of the kinds, and ours.
my %KINDS = (HEAD_TESTS => 'header', HEAD_EVALS => 'header eval', BODY_TESTS => 'body',
	BODY_EVALS => 'body eval', FULL_TESTS => 'full', FULL_EVALS => 'full eval',
	RAWBODY_TESTS => 'rawbody', RAWBODY_EVALS => 'rawbody eval', URI_TESTS => 'uri',
	URI_EVALS => 'uri eval', META_TESTS => 'meta', RBL_EVALS => 'dns');

sub list
{
	my ($conf) = @_;
	my %names;
	for my $kind (keys %KINDS) {
		no strict 'refs';
		my $code = ${"Mail::SpamAssassin::Conf::TYPE_$kind"}
			// die "sa_hits: SpamAssassin has no TYPE_$kind\n";
		$names{$code} = $KINDS{$kind};
	}
	for my $name (sort keys %{$conf->{test_types}}) {
		my $kind = $names{$conf->{test_types}{$name}} || 'plugin';
		$kind = 'mimeheader' if $conf->{mimeheader_tests}{$name};
		$kind = 'uri_detail' if $conf->{uri_detail}{$name};
		my $uses = $conf->{meta_dependencies}{$name} || [];
		$uses = [ split ' ', $uses ] unless ref $uses;
		$kind .= ' net' if ($conf->{tflags}{$name} || '') =~ /\bnet\b/;
		print join("\t", $name, $kind, $conf->{scores}{$name} // '', "@$uses"), "\n";
	}
}

my $sa = load();
if ($list) {
	list($sa->{conf});
	$sa->finish();
	exit 0;
}
my @mails = mails(@ARGV);
my $json = JSON::PP->new->latin1->canonical;
my $work = tempdir(CLEANUP => 1);
my %children;
for my $job (0 .. $jobs - 1) {
	my $pid = fork;
	die "sa_hits: fork: $!\n" unless defined $pid;
	if ($pid) {
		$children{$pid} = 1;
		next;
	}
	# The temporary folders are the parent's: leave without clean-up.
	open(my $part, '>', "$work/$job") or POSIX::_exit(1);
	for (my $i = $job; $i < @mails; $i += $jobs) {
		my $result = eval { $views ? view($sa, $mails[$i]) : hits($sa, $mails[$i]) };
		$result = { file => $mails[$i], error => "$@" } unless $result;
		print $part $json->encode($result), "\n";
	}
	close($part);
	POSIX::_exit(0);
}
my $failed = 0;
while ((my $pid = wait) > 0) {
	$failed = 1 if $children{$pid} && $?;
}
die "sa_hits: a process failed\n" if $failed;
my @parts = map { open(my $part, '<', "$work/$_") or die; $part } 0 .. $jobs - 1;
for my $i (0 .. $#mails) {
	my $part = $parts[$i % $jobs];
	print scalar <$part>;
}
$sa->finish();
close(STDOUT) or die "sa_hits: $!\n";
