/* rules/check_table: the table, and how a call is read.
 */
#include "rules/check_table.h"

#include <string.h>

#include "rules/checks.h"

/* Those that are here. Sorted by plugin, then name; `make check` compares depeer-rules(5). */
static const struct check_entry checks[] = {
	{ "check_asn", "ASN", check_asn, FACT_MESSAGE,
		"('regex', 'ASN' | 'ASNCIDR'): the network of the first relay that is not ours; "
		"unknown without a database", CHECK_RELAYS, NULL },
	{ "check_authres_result", "AuthRes", check_authres, FACT_MESSAGE,
		"('method', 'result' | 'missing'): a trusted server says so", CHECK_AUTH, NULL },
	{ "check_blank_line_ratio", "BodyEval", check_blank_lines, FACT_MESSAGE,
		"(min, max, lines): how many of a hundred lines are blank", CHECK_RAWBODY, NULL },
	{ "check_body_length", "BodyEval", check_body_length, FACT_MESSAGE,
		"(max): the body has at most so many bytes", 0, NULL },
	{ "check_stock_info", "BodyEval", check_stock, FACT_MESSAGE,
		"(min): so many labels as of a stock's sheet in the first plain text", CHECK_TREE, NULL },
	{ "multipart_alternative_difference", "BodyEval", check_alternative_diff, FACT_MESSAGE,
		"(min, max): of a hundred words of HTML, those that the plain text lacks; not exact: "
		"what is a letter beyond ASCII is told by blocks", CHECK_TREE, NULL },
	{ "multipart_alternative_difference_count", "BodyEval", check_alternative_count, FACT_MESSAGE,
		"(ratio, min): words of the plain text for each of HTML", CHECK_TREE, NULL },
	{ "plaintext_body_length", "BodyEval", check_signature_text, FACT_MESSAGE,
		"(min, max): bytes of the first plain text before its signature", CHECK_TREE, NULL },
	{ "plaintext_body_sig_ratio", "BodyEval", check_signature_ratio, FACT_MESSAGE,
		"(min, max): how much longer it is than its signature", CHECK_TREE, NULL },
	{ "plaintext_sig_length", "BodyEval", check_signature_length, FACT_MESSAGE,
		"(min, max): bytes of the signature", CHECK_TREE, NULL },
	{ "tvd_vertical_words", "BodyEval", check_vertical_words, FACT_MESSAGE,
		"(min, max): blanks for each hundred other bytes of a line", CHECK_BODY, NULL },
	{ "check_arc_signed", "DKIM", check_arc, FACT_MESSAGE,
		"the mail has an ARC chain, valid or not", CHECK_AUTH, NULL },
	{ "check_arc_valid", "DKIM", check_arc, FACT_MESSAGE,
		"the ARC chain is valid, says a trusted server", CHECK_AUTH, NULL },
	{ "check_dkim_adsp", "DKIM", check_dkim_adsp, FACT_MESSAGE,
		"('letters', 'domain', ...): the author's domain signs, by adsp_override, and "
		"this mail is not signed by it", CHECK_AUTH, NULL },
	{ "check_dkim_dependable", "DKIM", check_dkim_dependable, FACT_MESSAGE,
		"a trusted server has looked, or there is no signature", CHECK_AUTH, NULL },
	{ "check_dkim_signall", "DKIM", check_dkim_signall, FACT_MESSAGE,
		"older name of check_dkim_adsp('A')", CHECK_AUTH, NULL },
	{ "check_dkim_signed", "DKIM", check_dkim_signed, FACT_MESSAGE,
		"('domain', ...): there is a signature, valid or not", CHECK_AUTH, NULL },
	{ "check_dkim_signsome", "DKIM", check_never, FACT_MESSAGE,
		"never; kept for old rules, as in SpamAssassin", 0, NULL },
	{ "check_dkim_testing", "DKIM", check_dkim_testing, FACT_MESSAGE,
		"the key is for tests; unknown where there is a signature", CHECK_AUTH, NULL },
	{ "check_dkim_valid", "DKIM", check_dkim_valid, FACT_MESSAGE,
		"('domain', ...): there is a valid signature", CHECK_AUTH, NULL },
	{ "check_dkim_valid_author_sig", "DKIM", check_dkim_author, FACT_MESSAGE,
		"('domain', ...): there is one of a domain of From; not exact: weak keys "
		"count", CHECK_AUTH, NULL },
	{ "check_dkim_valid_envelopefrom", "DKIM", check_dkim_envelope, FACT_MESSAGE,
		"there is one of the envelope sender's domain; not exact: weak keys "
		"count", CHECK_AUTH, NULL },
	{ "check_dkim_verified", "DKIM", check_dkim_valid, FACT_MESSAGE,
		"older name of check_dkim_valid", CHECK_AUTH, NULL },
	{ "check_for_def_dkim_welcomelist_from", "DKIM", check_dkim_welcome, FACT_MESSAGE,
		"From is in def_welcomelist_from_dkim or def_welcomelist_auth, with a valid "
		"signature", CHECK_AUTH, NULL },
	{ "check_for_def_dkim_whitelist_from", "DKIM", check_dkim_welcome, FACT_MESSAGE,
		"older name of check_for_def_dkim_welcomelist_from", CHECK_AUTH, NULL },
	{ "check_for_dkim_welcomelist_from", "DKIM", check_dkim_welcome, FACT_MESSAGE,
		"From is in welcomelist_from_dkim or welcomelist_auth, with a valid "
		"signature", CHECK_AUTH, NULL },
	{ "check_for_dkim_whitelist_from", "DKIM", check_dkim_welcome, FACT_MESSAGE,
		"older name of check_for_dkim_welcomelist_from", CHECK_AUTH, NULL },
	{ "check_dmarc_missing", "DMARC", check_dmarc, FACT_MESSAGE,
		"the domain of From has no DMARC policy", CHECK_AUTH, NULL },
	{ "check_dmarc_none", "DMARC", check_dmarc, FACT_MESSAGE,
		"DMARC failed, and the policy is none", CHECK_AUTH, NULL },
	{ "check_dmarc_pass", "DMARC", check_dmarc, FACT_MESSAGE,
		"DMARC passed", CHECK_AUTH, NULL },
	{ "check_dmarc_quarantine", "DMARC", check_dmarc, FACT_MESSAGE,
		"DMARC failed, and the policy is quarantine", CHECK_AUTH, NULL },
	{ "check_dmarc_reject", "DMARC", check_dmarc, FACT_MESSAGE,
		"DMARC failed, and the policy is reject", CHECK_AUTH, NULL },
	{ "check_dynamic_ptr", "Depeer", check_dynamic_ptr, FACT_CONNECT,
		"the client's name holds its address, or words of a pool beside numbers, and no "
		"word of a server", CHECK_RELAYS, NULL },
	{ "check_from_name", "Depeer", check_from_name, FACT_MESSAGE,
		"('address' | 'domain'): From's name holds an address, or a host, of another "
		"organisation than From's address", 0, NULL },
	{ "check_helo_ptr", "Depeer", check_helo_ptr, FACT_CONNECT,
		"('match' | 'mismatch' | 'none' | 'literal' | 'unqualified'): the client's HELO "
		"against its name; none: it has no name", CHECK_RELAYS, NULL },
	{ "check_hidden_text", "Depeer", check_hidden_text, FACT_MESSAGE,
		"(min, percent): so many bytes of the text of HTML are not shown, and so many of a "
		"hundred", 0, NULL },
	{ "check_message_id_shape", "Depeer", check_message_id_shape, FACT_MESSAGE,
		"('missing' | 'no-brackets' | 'no-at' | 'literal' | 'no-domain' | 'foreign'): "
		"what is odd about the Message-ID", CHECK_RELAYS, NULL },
	{ "check_time_skew", "Depeer", check_time_skew, FACT_MESSAGE,
		"('forward' | 'backward' | 'received', hours): Date is ahead of the time of "
		"receipt, or behind it, or Received lines run back in time, by more than that", 0, NULL },
	{ "check_freemail_body", "FreeMail", check_freemail_body, FACT_MESSAGE,
		"('regex'): an address in the text is of freemail_domains",
		CHECK_BODY | CHECK_LINKS, NULL },
	{ "check_freemail_from", "FreeMail", check_freemail_from, FACT_MESSAGE,
		"('regex'): a sender is of freemail_domains", 0, NULL },
	{ "check_freemail_header", "FreeMail", check_freemail_header, FACT_MESSAGE,
		"('Header', 'regex'): an address in it is of freemail_domains", 0, NULL },
	{ "check_freemail_replyto", "FreeMail", check_freemail_replyto, FACT_MESSAGE,
		"('replyto' | 'reply'): another freemail address is to be answered",
		CHECK_BODY | CHECK_LINKS, NULL },
	{ "check_iframe_src", "HTMLEval", check_html_iframe, FACT_MESSAGE,
		"an iframe has an address", CHECK_HTML, NULL },
	{ "html_charset_faraway", "HTMLEval", check_never, FACT_MESSAGE,
		"never: what it reads is not kept in SpamAssassin 4.0.1 either", 0, NULL },
	{ "html_eval", "HTMLEval", check_html_eval, FACT_MESSAGE,
		"('result', 'expression'): it is true of the result, such as > 3", CHECK_HTML, NULL },
	{ "html_image_only", "HTMLEval", check_html_image_only, FACT_MESSAGE,
		"(min, max): an image in so many characters of HTML", CHECK_HTML, NULL },
	{ "html_image_ratio", "HTMLEval", check_html_image_ratio, FACT_MESSAGE,
		"(min, max): visible characters for each pixel of the images", CHECK_HTML, NULL },
	{ "html_range", "HTMLEval", check_html_range, FACT_MESSAGE,
		"('result', min, max): the result is above min, and not above max", CHECK_HTML, NULL },
	{ "html_tag_balance", "HTMLEval", check_html_balance, FACT_MESSAGE,
		"('tag', 'expression'): it is true of how often the tag is left open", CHECK_HTML, NULL },
	{ "html_tag_exists", "HTMLEval", check_html_tag, FACT_MESSAGE,
		"('tag'): there is such a tag, or its end tag", CHECK_HTML, NULL },
	{ "html_test", "HTMLEval", check_html_test, FACT_MESSAGE,
		"('result'): the result is there, and not 0", CHECK_HTML, NULL },
	{ "html_text_match", "HTMLEval", check_html_match, FACT_MESSAGE,
		"('anchor' | 'comment' | 'script' | 'title', 'regex'): one of them matches", CHECK_HTML,
		" anchor comment script title " },
	{ "html_text_not_match", "HTMLEval", check_html_not_match, FACT_MESSAGE,
		"('anchor' | 'comment' | 'script' | 'title', 'regex'): one of them does not match", CHECK_HTML,
		" anchor comment script title " },
	{ "html_title_subject_ratio", "HTMLEval", check_html_title, FACT_MESSAGE,
		"(ratio): a title that is longer than the Subject by more than that", CHECK_HTML, NULL },
	{ "check_https_http_mismatch", "HTTPSMismatch", check_https_mismatch, FACT_MESSAGE,
		"(min, max): a link that shows an https link to another domain, in an HTML part of "
		"so many links", CHECK_LINKS, NULL },
	{ "check_equal_from_domains", "HeaderEval", check_domains_differ, FACT_MESSAGE,
		"From and the envelope sender are of different domains", 0, NULL },
	{ "check_for_fake_aol_relay_in_rcvd", "HeaderEval", check_fake_aol, FACT_MESSAGE,
		"a relay with a name as of AOL", 0, NULL },
	{ "check_for_faraway_charset_in_headers", "HeaderEval", check_faraway_headers, FACT_MESSAGE,
		"charsets of headers that ok_locales does not have; unknown where that is set", 0, NULL },
	{ "check_for_forged_eudoramail_received_headers", "HeaderEval", check_forged_eudora, FACT_MESSAGE,
		"From eudoramail.com, not by its servers", 0, NULL },
	{ "check_for_forged_gmail_received_headers", "HeaderEval", check_forged_gmail, FACT_MESSAGE,
		"From gmail.com, not by its servers", 0, NULL },
	{ "check_for_forged_hotmail_received_headers", "HeaderEval", check_forged_hotmail, FACT_MESSAGE,
		"a relay claims to be hotmail.com", 0, NULL },
	{ "check_for_forged_juno_received_headers", "HeaderEval", check_forged_juno, FACT_MESSAGE,
		"From juno.com, not by its servers; its form without X-Originating-IP is not known", 0, NULL },
	{ "check_for_forged_yahoo_received_headers", "HeaderEval", check_forged_yahoo, FACT_MESSAGE,
		"From yahoo.com, not by its servers", CHECK_RELAYS, NULL },
	{ "check_for_forged_gw05_received_headers", "HeaderEval", check_forged_gw05, FACT_MESSAGE,
		"the oldest Received line is one that spammers write", CHECK_RELAYS, NULL },
	{ "check_for_matching_env_and_hdr_from", "HeaderEval", check_senders_match, FACT_MESSAGE,
		"From is the envelope sender", 0, NULL },
	{ "check_for_missing_to_header", "HeaderEval", check_missing_to, FACT_MESSAGE,
		"the mail has no To", 0, NULL },
	{ "check_for_msn_groups_headers", "HeaderEval", check_msn_groups, FACT_MESSAGE,
		"a mail of MSN groups; the sender is not looked at", 0, NULL },
	{ "check_for_no_hotmail_received_headers", "HeaderEval", check_no_hotmail, FACT_MESSAGE,
		"From hotmail.com, not by its servers", 0, NULL },
	{ "check_for_shifted_date", "HeaderEval", check_shifted_date, FACT_MESSAGE,
		"(min, max): hours from Received to Date", 0, NULL },
	{ "check_for_to_in_subject", "HeaderEval", check_to_in_subject, FACT_MESSAGE,
		"('user' | 'address'): the Subject names the recipient", 0, NULL },
	{ "check_for_unique_subject_id", "HeaderEval", check_never, FACT_MESSAGE,
		"never; kept for old rules, as in SpamAssassin", 0, NULL },
	{ "check_header_count_range", "HeaderEval", check_header_count, FACT_MESSAGE,
		"('Header', min, max): how many different ones there are", 0, NULL },
	{ "check_illegal_chars", "HeaderEval", check_illegal_chars, FACT_MESSAGE,
		"('Header', ratio, count): bytes that had to be encoded", 0, NULL },
	{ "check_messageid_not_usable", "HeaderEval", check_id_not_usable, FACT_MESSAGE,
		"the mail came through what changes Message-Ids", 0, NULL },
	{ "check_outlook_message_id", "HeaderEval", check_outlook_id, FACT_MESSAGE,
		"an Outlook Message-Id that tells another time than Date", 0, NULL },
	{ "check_ratware_envelope_from", "HeaderEval", check_ratware_envelope, FACT_MESSAGE,
		"the envelope sender is made of the recipient", 0, NULL },
	{ "check_ratware_name_id", "HeaderEval", check_ratware_name, FACT_MESSAGE,
		"the Message-Id is made of the sender", 0, NULL },
	{ "check_unresolved_template", "HeaderEval", check_template, FACT_MESSAGE,
		"a spammer's template shows in a header", 0, NULL },
	{ "gated_through_received_hdr_remover", "HeaderEval", check_gated, FACT_MESSAGE,
		"the Received lines were taken away", 0, NULL },
	{ "received_within_months", "HeaderEval", check_within_months, FACT_MESSAGE,
		"(min, max): months since the mail was received", 0, NULL },
	{ "similar_recipients", "HeaderEval", check_similar, FACT_MESSAGE,
		"(min, max): how alike the recipients are, 0 to 2", 0, NULL },
	{ "sorted_recipients", "HeaderEval", check_sorted, FACT_MESSAGE,
		"seven recipients or more, in alphabetical order", 0, NULL },
	{ "subject_is_all_caps", "HeaderEval", check_all_caps, FACT_MESSAGE,
		"the Subject has only capitals", 0, NULL },
	{ "image_count", "ImageInfo", check_image_count, FACT_MESSAGE,
		"('all' | 'gif' | 'png' | 'jpeg', min, max): images that came along", CHECK_TREE, NULL },
	{ "image_name_regex", "ImageInfo", check_image_regex, FACT_MESSAGE,
		"('regex'): the name of one; not exact: '/regex/i' is read as it looks, in "
		"SpamAssassin it never hits", CHECK_TREE, NULL },
	{ "image_named", "ImageInfo", check_image_named, FACT_MESSAGE,
		"('name'): one of this name", CHECK_TREE, NULL },
	{ "image_size_exact", "ImageInfo", check_image_size, FACT_MESSAGE,
		"('kind', height, width): one of this size", CHECK_TREE, NULL },
	{ "image_size_range", "ImageInfo", check_image_range, FACT_MESSAGE,
		"('kind', min height, min width, max height, max width): one of such a size", CHECK_TREE,
		NULL },
	{ "image_to_text_ratio", "ImageInfo", check_image_text, FACT_MESSAGE,
		"('kind', min, max): bytes of text for each pixel", CHECK_TREE | CHECK_BODY | CHECK_RAWBODY,
		NULL },
	{ "pixel_coverage", "ImageInfo", check_image_pixels, FACT_MESSAGE,
		"('kind', min, max): pixels of all of them", CHECK_TREE, NULL },
	{ "check_abundant_unicode_ratio", "MIMEEval", check_unicode_ratio, FACT_MESSAGE,
		"(min): plain text with HTML's references to characters, for each other byte", CHECK_TREE,
		NULL },
	{ "check_base64_length", "MIMEEval", check_base64_length, FACT_MESSAGE,
		"(min, max): the longest line of base64", CHECK_TREE, NULL },
	{ "check_for_ascii_text_illegal", "MIMEEval", check_ascii_illegal, FACT_MESSAGE,
		"plain text without charset, or of US-ASCII, that is none", CHECK_TREE, NULL },
	{ "check_for_faraway_charset", "MIMEEval", check_faraway, FACT_MESSAGE,
		"the charset of the message is of a language that ok_locales does not have",
		CHECK_TREE | CHECK_BODY, NULL },
	{ "check_for_mime", "MIMEEval", check_mime, FACT_MESSAGE,
		"('what'): the parts have it", CHECK_TREE, NULL },
	{ "check_for_mime_html", "MIMEEval", check_mime_html, FACT_MESSAGE,
		"there is an HTML part", CHECK_TREE, NULL },
	{ "check_for_mime_html_only", "MIMEEval", check_mime_html_only, FACT_MESSAGE,
		"there is an HTML part and no other text", CHECK_TREE, NULL },
	{ "check_for_uppercase", "MIMEEval", check_uppercase, FACT_MESSAGE,
		"(min, max): how many of a hundred letters are capitals", CHECK_BODY | CHECK_TREE, NULL },
	{ "check_ma_non_text", "MIMEEval", check_alternative_part, FACT_MESSAGE,
		"an alternative that is no text", CHECK_TREE, NULL },
	{ "check_mime_multipart_ratio", "MIMEEval", check_multipart_ratio, FACT_MESSAGE,
		"(min, max): bytes of the plain alternative for each of HTML", CHECK_TREE, NULL },
	{ "check_msg_parse_flags", "MIMEEval", check_parse_flags, FACT_MESSAGE,
		"('what'): what is broken", CHECK_TREE,
		" missing_head_body_separator missing_mime_head_body_separator missing_mime_headers "
		"mime_epilogue_exists mimepart_limit_exceeded truncated_header " },
	{ "check_qp_ratio", "MIMEEval", check_qp_ratio, FACT_MESSAGE,
		"(min): encoded bytes that need not be, for each byte of quoted-printable", CHECK_TREE, NULL },
	{ "check_all_trusted", "RelayEval", check_all_trusted, FACT_MESSAGE,
		"all relays are trusted, and all lines could be read", CHECK_RELAYS, NULL },
	{ "check_for_forged_received_ip_helo", "RelayEval", check_forged_helo, FACT_MESSAGE,
		"an address of another /16 for HELO", CHECK_RELAYS, NULL },
	{ "check_for_forged_received_trail", "RelayEval", check_forged_trail, FACT_MESSAGE,
		"relays that contradict each other", CHECK_RELAYS, NULL },
	{ "check_for_from_domain_in_received_headers", "RelayEval", check_from_domain_received, FACT_MESSAGE,
		"('domain', 'true' | 'false'): From is of it, and so is a relay, or none", CHECK_RELAYS, NULL },
	{ "check_for_illegal_ip", "RelayEval", check_never, FACT_MESSAGE,
		"never; kept for old rules, as in SpamAssassin", 0, NULL },
	{ "check_for_no_rdns_dotcom_helo", "RelayEval", check_dotcom_helo, FACT_MESSAGE,
		"a big provider in HELO, and no name in DNS, of the oldest public relay", CHECK_RELAYS, NULL },
	{ "check_for_numeric_helo", "RelayEval", check_numeric_helo, FACT_MESSAGE,
		"a relay said an address for HELO", CHECK_RELAYS, NULL },
	{ "check_for_sender_no_reverse", "RelayEval", check_sender_reverse, FACT_MESSAGE,
		"the first relay has a name in DNS, in spite of what the check is called", CHECK_RELAYS, NULL },
	{ "check_no_relays", "RelayEval", check_no_relays, FACT_MESSAGE,
		"there are no relays, nor lines that could not be read", CHECK_RELAYS, NULL },
	{ "check_relays_unparseable", "RelayEval", check_unreadable, FACT_MESSAGE,
		"a Received line could not be read", CHECK_RELAYS, NULL },
	{ "helo_ip_mismatch", "RelayEval", check_helo_mismatch, FACT_MESSAGE,
		"a relay said an address of another /24 for HELO", CHECK_RELAYS, NULL },
	{ "check_for_def_spf_welcomelist_from", "SPF", check_spf_welcome, FACT_MESSAGE,
		"the envelope sender is in def_welcomelist_from_spf or def_welcomelist_auth, "
		"and SPF passed", CHECK_AUTH, NULL },
	{ "check_for_def_spf_whitelist_from", "SPF", check_spf_welcome, FACT_MESSAGE,
		"older name of check_for_def_spf_welcomelist_from", CHECK_AUTH, NULL },
	{ "check_for_spf_fail", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the envelope sender: fail", CHECK_AUTH, NULL },
	{ "check_for_spf_helo_fail", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the HELO name: fail", CHECK_AUTH, NULL },
	{ "check_for_spf_helo_neutral", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the HELO name: neutral", CHECK_AUTH, NULL },
	{ "check_for_spf_helo_none", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the HELO name: none", CHECK_AUTH, NULL },
	{ "check_for_spf_helo_pass", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the HELO name: pass", CHECK_AUTH, NULL },
	{ "check_for_spf_helo_permerror", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the HELO name: permerror", CHECK_AUTH, NULL },
	{ "check_for_spf_helo_softfail", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the HELO name: softfail", CHECK_AUTH, NULL },
	{ "check_for_spf_helo_temperror", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the HELO name: temperror", CHECK_AUTH, NULL },
	{ "check_for_spf_neutral", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the envelope sender: neutral", CHECK_AUTH, NULL },
	{ "check_for_spf_none", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the envelope sender: none", CHECK_AUTH, NULL },
	{ "check_for_spf_pass", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the envelope sender: pass", CHECK_AUTH, NULL },
	{ "check_for_spf_permerror", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the envelope sender: permerror", CHECK_AUTH, NULL },
	{ "check_for_spf_softfail", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the envelope sender: softfail", CHECK_AUTH, NULL },
	{ "check_for_spf_temperror", "SPF", check_spf, FACT_MESSAGE,
		"SPF of the envelope sender: temperror", CHECK_AUTH, NULL },
	{ "check_for_spf_welcomelist_from", "SPF", check_spf_welcome, FACT_MESSAGE,
		"the envelope sender is in welcomelist_from_spf or welcomelist_auth, and SPF "
		"passed", CHECK_AUTH, NULL },
	{ "check_for_spf_whitelist_from", "SPF", check_spf_welcome, FACT_MESSAGE,
		"older name of check_for_spf_welcomelist_from", CHECK_AUTH, NULL },
	{ "check_spf_skipped_noenvfrom", "SPF", check_spf_no_sender, FACT_MESSAGE,
		"the envelope sender is empty, or a trusted relay may have changed "
		"it", CHECK_RELAYS, NULL },
	{ "check_for_http_redirector", "URIEval", check_redirector, FACT_MESSAGE,
		"a link that leads to another domain", CHECK_URIS, NULL },
	{ "check_https_ip_mismatch", "URIEval", check_https_ip_mismatch, FACT_MESSAGE,
		"a link to an address that shows \"https:\" and no address", CHECK_LINKS, NULL },
	{ "check_url_disguise", "Depeer", check_url_disguise, FACT_MESSAGE,
		"('word', ...): how many links are hidden in one of these ways", CHECK_WORDS,
		" references percent numeric carried userinfo slashes blanks invisible compatible "
		"confusable human nested data not-shown tags says-other reading " },
	{ "check_uri_truncated", "URIEval", check_truncated, FACT_MESSAGE,
		"a link of more than 8,192 bytes", 0, NULL },
	{ "check_uri_local_bl", "URILocalBL", check_uri_local_bl, FACT_MESSAGE,
		"a link to an address in the rule's uri_block_cc and its like; unknown where none is "
		"and a link's host is a name, which would have to be looked up", CHECK_LINKS, NULL },
	{ "check_welcomelist_bounce_relays", "VBounce", check_bounce_relays, FACT_MESSAGE,
		"a bounce for a mail of theirs; unknown where there are any", 0, NULL },
	{ "check_whitelist_bounce_relays", "VBounce", check_bounce_relays, FACT_MESSAGE,
		"a bounce for a mail of theirs; unknown where there are any", 0, NULL },
	{ "have_any_bounce_relays", "VBounce", check_have_bounce_relays, FACT_MESSAGE,
		"there are welcomelist_bounce_relays", 0, NULL },
	{ "check_forged_in_default_welcomelist", "WLBLEval", check_forged_default_welcome, FACT_MESSAGE,
		"a sender is in def_welcomelist_from_rcvd with another relay", CHECK_RELAYS, NULL },
	{ "check_forged_in_default_whitelist", "WLBLEval", check_forged_default_welcome, FACT_MESSAGE,
		"older name of check_forged_in_default_welcomelist", CHECK_RELAYS, NULL },
	{ "check_forged_in_welcomelist", "WLBLEval", check_forged_welcome, FACT_MESSAGE,
		"a sender is in welcomelist_from_rcvd with another relay", CHECK_RELAYS, NULL },
	{ "check_forged_in_whitelist", "WLBLEval", check_forged_welcome, FACT_MESSAGE,
		"older name of check_forged_in_welcomelist", CHECK_RELAYS, NULL },
	{ "check_from_in_blacklist", "WLBLEval", check_from_block, FACT_MESSAGE,
		"older name of check_from_in_blocklist", 0, NULL },
	{ "check_from_in_blocklist", "WLBLEval", check_from_block, FACT_MESSAGE,
		"a sender is in blocklist_from", 0, NULL },
	{ "check_from_in_default_welcomelist", "WLBLEval", check_from_default_welcome, FACT_MESSAGE,
		"a sender is in def_welcomelist_from_rcvd with its relay", CHECK_RELAYS, NULL },
	{ "check_from_in_default_whitelist", "WLBLEval", check_from_default_welcome, FACT_MESSAGE,
		"older name of check_from_in_default_welcomelist", CHECK_RELAYS, NULL },
	{ "check_from_in_list", "WLBLEval", check_from_list, FACT_MESSAGE,
		"('LIST'): a sender is in enlist_addrlist (LIST)", 0, NULL },
	{ "check_from_in_welcomelist", "WLBLEval", check_from_welcome, FACT_MESSAGE,
		"a sender is in welcomelist_from, or in welcomelist_from_rcvd with its relay", CHECK_RELAYS, NULL },
	{ "check_from_in_whitelist", "WLBLEval", check_from_welcome, FACT_MESSAGE,
		"older name of check_from_in_welcomelist", CHECK_RELAYS, NULL },
	{ "check_mailfrom_matches_rcvd", "WLBLEval", check_mailfrom_rcvd, FACT_MESSAGE,
		"the client's name is of the envelope sender's domain", CHECK_RELAYS, NULL },
	{ "check_replyto_in_list", "WLBLEval", check_replyto_list, FACT_MESSAGE,
		"('LIST'): Reply-To is in enlist_addrlist (LIST)", 0, NULL },
	{ "check_to_in_all_spam", "WLBLEval", check_to_all_spam, FACT_MESSAGE,
		"a recipient is in all_spam_to", 0, NULL },
	{ "check_to_in_blacklist", "WLBLEval", check_to_block, FACT_MESSAGE,
		"older name of check_to_in_blocklist", 0, NULL },
	{ "check_to_in_blocklist", "WLBLEval", check_to_block, FACT_MESSAGE,
		"a recipient is in blocklist_to", 0, NULL },
	{ "check_to_in_list", "WLBLEval", check_to_list, FACT_MESSAGE,
		"('LIST'): a recipient is in enlist_addrlist (LIST)", 0, NULL },
	{ "check_to_in_more_spam", "WLBLEval", check_to_more_spam, FACT_MESSAGE,
		"a recipient is in more_spam_to", 0, NULL },
	{ "check_to_in_welcomelist", "WLBLEval", check_to_welcome, FACT_MESSAGE,
		"a recipient is in welcomelist_to", 0, NULL },
	{ "check_to_in_whitelist", "WLBLEval", check_to_welcome, FACT_MESSAGE,
		"older name of check_to_in_welcomelist", 0, NULL },
	{ "check_uri_host_in_blacklist", "WLBLEval", check_uri_host_block, FACT_MESSAGE,
		"older name of check_uri_host_in_blocklist", 0, NULL },
	{ "check_uri_host_in_blocklist", "WLBLEval", check_uri_host_block, FACT_MESSAGE,
		"a link's host is in blocklist_uri_host", 0, NULL },
	{ "check_uri_host_in_welcomelist", "WLBLEval", check_uri_host_welcome, FACT_MESSAGE,
		"a link's host is in welcomelist_uri_host", 0, NULL },
	{ "check_uri_host_in_whitelist", "WLBLEval", check_uri_host_welcome, FACT_MESSAGE,
		"older name of check_uri_host_in_welcomelist", 0, NULL },
	{ "check_uri_host_listed", "WLBLEval", check_uri_host, FACT_MESSAGE,
		"('LIST'): a link's host is in enlist_uri_host (LIST)", 0, NULL },
	{ "check_subject_in_blacklist", "WelcomeListSubject", check_subject_block, FACT_MESSAGE,
		"older name of check_subject_in_blocklist", 0, NULL },
	{ "check_subject_in_blocklist", "WelcomeListSubject", check_subject_block, FACT_MESSAGE,
		"the Subject is in blocklist_subject", 0, NULL },
	{ "check_subject_in_welcomelist", "WelcomeListSubject", check_subject_welcome, FACT_MESSAGE,
		"the Subject is in welcomelist_subject", 0, NULL },
	{ "check_subject_in_whitelist", "WelcomeListSubject", check_subject_welcome, FACT_MESSAGE,
		"older name of check_subject_in_welcomelist", 0, NULL },
};
/* Those that are not. */
static const struct check_entry absent[] = {
	{ "check_from_in_auto_welcomelist", "AWL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_from_in_auto_whitelist", "AWL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_access_database", "AccessDB", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_microsoft_executable", "AntiVirus", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_suspect_name", "AntiVirus", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_bayes", "Bayes", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_dcc", "DCC", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_dcc_reputation_range", "DCC", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_dns_sender", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_accreditor", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_envfrom", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_from_domain", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_from_host", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_headers", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_ns_from", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_rcvd", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_sub", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_rbl_txt", "DNSEval", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_200", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_404", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_chained", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_code", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_loop", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_maxchain", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_redir", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "short_url_tests", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_fromname_contains_email", "FromNameSpoof", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_fromname_different", "FromNameSpoof", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_fromname_domain_differ", "FromNameSpoof", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_fromname_equals_replyto", "FromNameSpoof", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_fromname_equals_to", "FromNameSpoof", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_fromname_owners_differ", "FromNameSpoof", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_fromname_spoof", "FromNameSpoof", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_hashbl_attachments", "HashBL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_hashbl_bodyre", "HashBL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_hashbl_emails", "HashBL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_hashbl_tag", "HashBL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_hashbl_uris", "HashBL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_csv", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_download_exe", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_encrypted", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_malice", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_mhtml_uri", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_redirect_uri", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_renamed", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olemacro_zip_password", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_oleobject", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_olertfobject", "OLEVBMacro", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_count", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_image_count", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_image_size_exact", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_image_size_range", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_image_to_text_ratio", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_is_empty_body", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_is_encrypted", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_match_details", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_match_fuzzy_md5", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_match_md5", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_name_regex", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_named", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "pdf_pixel_coverage", "PDFInfo", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_phishing", "Phishing", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_pyzor", "Pyzor", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_razor2", "Razor2", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_razor2_range", "Razor2", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_shortcircuit", "Shortcircuit", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_body_8bits", "TextCat", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_language", "TextCat", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_senders_reputation", "TxRep", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_uridnsbl", "URIDNSBL", NULL, FACT_MESSAGE, NULL, 0, NULL },
	{ "check_uri_detail", "URIDetail", NULL, FACT_MESSAGE, NULL, 0, NULL },
};

const struct check_entry *check_at(size_t index)
{
	size_t here = sizeof checks / sizeof *checks, all = here + sizeof absent / sizeof *absent;
	return index < here ? &checks[index] : index < all ? &absent[index - here] : NULL;
}

const struct check_entry *check_find(struct str name)
{
	const struct check_entry *entry;
	for (size_t i = 0; (entry = check_at(i)) != NULL; i++)
		if (str_equal(name, str_from(entry->name)))
			return entry;
	return NULL;
}

/* Words of `only` have a blank around them. */
static bool is_word_of(const char *only, struct str what)
{
	struct str known = str_from(only);
	size_t at = str_find(known, what);

	return what.len && at != SIZE_MAX && at > 0 && known.ptr[at - 1] == ' ' &&
		known.ptr[at + what.len] == ' ';
}

bool check_is_here(const struct check_call *call)
{
	const struct check_entry *entry = call->entry;
	size_t n = entry->needs & CHECK_WORDS ? call->args_n : 1;

	if (!entry->ask || !entry->only)
		return entry->ask != NULL;
	for (size_t i = 0; i < n && i < call->args_n; i++)
		if (!is_word_of(entry->only, call->args[i]))
			return false;
	return call->args_n > 0;
}

static bool name_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '_';
}

static size_t skip_blanks(struct str text, size_t at)
{
	while (at < text.len && ascii_space(text.ptr[at]))
		at++;
	return at;
}

/* One argument from `at`, which is no blank; the offset behind it, or SIZE_MAX when a quote is
 * not closed. Without quotes SpamAssassin allows words and numbers. */
static size_t read_argument(struct str text, size_t at, struct str *out)
{
	char quote = text.ptr[at];
	size_t end = at + 1;
	if (quote == '\'' || quote == '"') {
		while (end < text.len && text.ptr[end] != quote)
			end++;
		*out = str_slice(text, at + 1, end);
		return end < text.len ? end + 1 : SIZE_MAX;
	}
	while (end < text.len && text.ptr[end] != ',' && text.ptr[end] != ')' &&
	       !ascii_space(text.ptr[end]))
		end++;
	*out = str_slice(text, at, end);
	return end;
}

/* Reads from behind '(' to behind ')'. NULL, or what is wrong at *at. */
static const char *read_arguments(struct str text, size_t *at, struct str *args, size_t *n)
{
	*at = skip_blanks(text, *at);
	if (*at < text.len && text.ptr[*at] == ')')
		return ++*at, NULL;
	while (*at < text.len && text.ptr[*at] != ',' && text.ptr[*at] != ')') {
		if (*n == CHECK_ARGS_MAX)
			return "too many arguments";
		size_t end = read_argument(text, *at, &args[(*n)++]);
		if (end == SIZE_MAX)
			return "the quote is not closed";
		*at = skip_blanks(text, end);
		if (*at < text.len && text.ptr[*at] == ')')
			return ++*at, NULL;
		if (*at < text.len && text.ptr[*at] != ',')
			return "',' or ')' expected";
		*at = skip_blanks(text, *at + 1);
	}
	if (*at >= text.len) {
		*at = text.len;
		return "')' expected";
	}
	return "argument expected";
}

int check_read(struct str text, struct arena *arena, struct check_call *out, const char **wrong,
	size_t *at)
{
	struct str args[CHECK_ARGS_MAX];
	size_t name = 0, n = 0;
	*out = (struct check_call){ .entry = NULL };
	while (name < text.len && name_byte(text.ptr[name]))
		name++;
	*at = name;
	*wrong = name ? NULL : "name of a check expected";
	out->entry = check_find(str_slice(text, 0, name));
	if (!*wrong && (name == text.len || text.ptr[name] != '('))
		*wrong = "'(' expected";
	if (!*wrong) {
		++*at;
		*wrong = read_arguments(text, at, args, &n);
	}
	if (!*wrong && *at < text.len)
		*wrong = "nothing may follow the call";
	if (*wrong)
		return -1;
	out->text = str_slice(text, name + 1, text.len - 1);
	struct str *kept = ARENA_ARRAY(arena, struct str, n + 1);
	if (!kept)
		return -2;
	if (n)
		memcpy(kept, args, n * sizeof *args);
	out->args = kept;
	out->args_n = n;
	return 0;
}
