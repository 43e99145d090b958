/* rules/checks: the checks themselves, one function each; check_table.c says what each is for.
 */
#ifndef DEPEER_RULES_CHECKS_H
#define DEPEER_RULES_CHECKS_H

#include "rules/check_table.h"

/* checks_header.c */
check_function check_missing_to, check_illegal_chars, check_all_caps, check_to_in_subject,
	check_header_count, check_template, check_ratware_name, check_ratware_envelope,
	check_domains_differ, check_senders_match, check_sorted, check_similar, check_never,
	check_faraway_headers, check_id_not_usable;
/* checks_date.c */
check_function check_shifted_date, check_outlook_id, check_within_months, check_forged_gw05;
/* checks_received.c */
check_function check_gated, check_forged_yahoo, check_forged_hotmail, check_no_hotmail,
	check_forged_gmail, check_forged_juno, check_forged_eudora, check_fake_aol,
	check_msn_groups;
/* checks_relay.c */
check_function check_numeric_helo, check_helo_mismatch, check_all_trusted, check_no_relays,
	check_dotcom_helo, check_sender_reverse, check_from_domain_received, check_forged_trail,
	check_forged_helo, check_mailfrom_rcvd, check_unreadable;
/* checks_envelope.c */
check_function check_helo_ptr, check_dynamic_ptr;
/* checks_claims.c */
check_function check_time_skew, check_message_id_shape, check_from_name;
/* checks_list.c */
check_function check_from_welcome, check_from_default_welcome, check_forged_welcome,
	check_forged_default_welcome, check_from_block, check_from_list, check_to_list,
	check_to_welcome, check_to_block, check_to_more_spam, check_to_all_spam, check_replyto_list,
	check_uri_host, check_uri_host_block, check_uri_host_welcome, check_have_bounce_relays,
	check_bounce_relays, check_subject_welcome, check_subject_block;
/* checks_freemail.c */
check_function check_freemail_from, check_freemail_header, check_freemail_replyto,
	check_freemail_body;
/* checks_uri.c */
check_function check_redirector, check_truncated, check_url_disguise;
/* checks_body.c */
check_function check_vertical_words, check_body_length, check_blank_lines, check_signature_text,
	check_signature_length, check_signature_ratio, check_stock, check_hidden_text;
/* checks_alternative.c */
check_function check_alternative_diff, check_alternative_count;
/* checks_links.c */
check_function check_https_mismatch, check_https_ip_mismatch, check_uri_local_bl;
/* checks_mime.c */
check_function check_mime, check_mime_html, check_mime_html_only, check_uppercase,
	check_multipart_ratio, check_qp_ratio, check_ascii_illegal, check_unicode_ratio,
	check_alternative_part, check_base64_length, check_parse_flags, check_faraway;
/* checks_image.c */
check_function check_image_count, check_image_pixels, check_image_text, check_image_size,
	check_image_range, check_image_named, check_image_regex;

/* checks_auth.c */
check_function check_spf, check_spf_no_sender, check_spf_welcome, check_dmarc, check_authres;
/* checks_dkim.c */
check_function check_dkim_signed, check_dkim_valid, check_dkim_author, check_dkim_envelope,
	check_dkim_dependable, check_dkim_testing, check_dkim_adsp, check_dkim_signall,
	check_dkim_welcome, check_arc;
/* origin.c */
check_function check_asn;
/* checks_html.c */
check_function check_html_test, check_html_eval, check_html_range, check_html_tag,
	check_html_balance, check_html_iframe, check_html_image_only, check_html_image_ratio,
	check_html_match, check_html_not_match, check_html_title;

/* "gated through something that takes Received lines away": what is said of Received is void. */
int checks_gated(const struct check_context *context, bool *gated);

#endif
