/* rules/check_table: the table, and how a call is read.
 */
#include "rules/check_table.h"

#include <string.h>

/* Sorted by plugin, then name. */
static const struct check_entry checks[] = {
	{ "check_asn", "ASN", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_auto_welcomelist", "AWL", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_auto_whitelist", "AWL", NULL, FACT_MESSAGE, NULL },
	{ "check_access_database", "AccessDB", NULL, FACT_MESSAGE, NULL },
	{ "check_microsoft_executable", "AntiVirus", NULL, FACT_MESSAGE, NULL },
	{ "check_suspect_name", "AntiVirus", NULL, FACT_MESSAGE, NULL },
	{ "check_authres_result", "AuthRes", NULL, FACT_MESSAGE, NULL },
	{ "check_bayes", "Bayes", NULL, FACT_MESSAGE, NULL },
	{ "check_blank_line_ratio", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "check_body_length", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "check_stock_info", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "multipart_alternative_difference", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "multipart_alternative_difference_count", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "plaintext_body_length", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "plaintext_body_sig_ratio", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "plaintext_sig_length", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "tvd_vertical_words", "BodyEval", NULL, FACT_MESSAGE, NULL },
	{ "check_dcc", "DCC", NULL, FACT_MESSAGE, NULL },
	{ "check_dcc_reputation_range", "DCC", NULL, FACT_MESSAGE, NULL },
	{ "check_arc_signed", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_arc_valid", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_adsp", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_dependable", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_signall", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_signed", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_signsome", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_testing", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_valid", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_valid_author_sig", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_valid_envelopefrom", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dkim_verified", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_for_def_dkim_welcomelist_from", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_for_def_dkim_whitelist_from", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_for_dkim_welcomelist_from", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_for_dkim_whitelist_from", "DKIM", NULL, FACT_MESSAGE, NULL },
	{ "check_dmarc_missing", "DMARC", NULL, FACT_MESSAGE, NULL },
	{ "check_dmarc_none", "DMARC", NULL, FACT_MESSAGE, NULL },
	{ "check_dmarc_pass", "DMARC", NULL, FACT_MESSAGE, NULL },
	{ "check_dmarc_quarantine", "DMARC", NULL, FACT_MESSAGE, NULL },
	{ "check_dmarc_reject", "DMARC", NULL, FACT_MESSAGE, NULL },
	{ "check_dns_sender", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_accreditor", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_envfrom", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_from_domain", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_from_host", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_headers", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_ns_from", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_rcvd", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_sub", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "check_rbl_txt", "DNSEval", NULL, FACT_MESSAGE, NULL },
	{ "short_url", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_200", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_404", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_chained", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_code", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_loop", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_maxchain", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_redir", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "short_url_tests", "DecodeShortURLs", NULL, FACT_MESSAGE, NULL },
	{ "check_freemail_body", "FreeMail", NULL, FACT_MESSAGE, NULL },
	{ "check_freemail_from", "FreeMail", NULL, FACT_MESSAGE, NULL },
	{ "check_freemail_header", "FreeMail", NULL, FACT_MESSAGE, NULL },
	{ "check_freemail_replyto", "FreeMail", NULL, FACT_MESSAGE, NULL },
	{ "check_fromname_contains_email", "FromNameSpoof", NULL, FACT_MESSAGE, NULL },
	{ "check_fromname_different", "FromNameSpoof", NULL, FACT_MESSAGE, NULL },
	{ "check_fromname_domain_differ", "FromNameSpoof", NULL, FACT_MESSAGE, NULL },
	{ "check_fromname_equals_replyto", "FromNameSpoof", NULL, FACT_MESSAGE, NULL },
	{ "check_fromname_equals_to", "FromNameSpoof", NULL, FACT_MESSAGE, NULL },
	{ "check_fromname_owners_differ", "FromNameSpoof", NULL, FACT_MESSAGE, NULL },
	{ "check_fromname_spoof", "FromNameSpoof", NULL, FACT_MESSAGE, NULL },
	{ "check_iframe_src", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_charset_faraway", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_eval", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_image_only", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_image_ratio", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_range", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_tag_balance", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_tag_exists", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_test", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_text_match", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_text_not_match", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "html_title_subject_ratio", "HTMLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_https_http_mismatch", "HTTPSMismatch", NULL, FACT_MESSAGE, NULL },
	{ "check_hashbl_attachments", "HashBL", NULL, FACT_MESSAGE, NULL },
	{ "check_hashbl_bodyre", "HashBL", NULL, FACT_MESSAGE, NULL },
	{ "check_hashbl_emails", "HashBL", NULL, FACT_MESSAGE, NULL },
	{ "check_hashbl_tag", "HashBL", NULL, FACT_MESSAGE, NULL },
	{ "check_hashbl_uris", "HashBL", NULL, FACT_MESSAGE, NULL },
	{ "check_equal_from_domains", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_fake_aol_relay_in_rcvd", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_faraway_charset_in_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_eudoramail_received_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_gmail_received_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_gw05_received_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_hotmail_received_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_juno_received_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_yahoo_received_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_matching_env_and_hdr_from", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_missing_to_header", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_msn_groups_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_no_hotmail_received_headers", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_shifted_date", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_to_in_subject", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_unique_subject_id", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_header_count_range", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_illegal_chars", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_messageid_not_usable", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_outlook_message_id", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_ratware_envelope_from", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_ratware_name_id", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "check_unresolved_template", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "gated_through_received_hdr_remover", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "received_within_months", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "similar_recipients", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "sorted_recipients", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "subject_is_all_caps", "HeaderEval", NULL, FACT_MESSAGE, NULL },
	{ "image_count", "ImageInfo", NULL, FACT_MESSAGE, NULL },
	{ "image_name_regex", "ImageInfo", NULL, FACT_MESSAGE, NULL },
	{ "image_named", "ImageInfo", NULL, FACT_MESSAGE, NULL },
	{ "image_size_exact", "ImageInfo", NULL, FACT_MESSAGE, NULL },
	{ "image_size_range", "ImageInfo", NULL, FACT_MESSAGE, NULL },
	{ "image_to_text_ratio", "ImageInfo", NULL, FACT_MESSAGE, NULL },
	{ "pixel_coverage", "ImageInfo", NULL, FACT_MESSAGE, NULL },
	{ "check_abundant_unicode_ratio", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_base64_length", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_ascii_text_illegal", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_faraway_charset", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_mime", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_mime_html", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_mime_html_only", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_uppercase", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_ma_non_text", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_mime_multipart_ratio", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_msg_parse_flags", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_qp_ratio", "MIMEEval", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_csv", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_download_exe", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_encrypted", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_malice", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_mhtml_uri", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_redirect_uri", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_renamed", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olemacro_zip_password", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_oleobject", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "check_olertfobject", "OLEVBMacro", NULL, FACT_MESSAGE, NULL },
	{ "pdf_count", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_image_count", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_image_size_exact", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_image_size_range", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_image_to_text_ratio", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_is_empty_body", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_is_encrypted", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_match_details", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_match_fuzzy_md5", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_match_md5", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_name_regex", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_named", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "pdf_pixel_coverage", "PDFInfo", NULL, FACT_MESSAGE, NULL },
	{ "check_phishing", "Phishing", NULL, FACT_MESSAGE, NULL },
	{ "check_pyzor", "Pyzor", NULL, FACT_MESSAGE, NULL },
	{ "check_razor2", "Razor2", NULL, FACT_MESSAGE, NULL },
	{ "check_razor2_range", "Razor2", NULL, FACT_MESSAGE, NULL },
	{ "check_all_trusted", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_received_ip_helo", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_forged_received_trail", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_from_domain_in_received_headers", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_illegal_ip", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_no_rdns_dotcom_helo", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_numeric_helo", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_sender_no_reverse", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_no_relays", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_relays_unparseable", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "helo_ip_mismatch", "RelayEval", NULL, FACT_MESSAGE, NULL },
	{ "check_for_def_spf_welcomelist_from", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_def_spf_whitelist_from", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_fail", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_helo_fail", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_helo_neutral", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_helo_none", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_helo_pass", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_helo_permerror", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_helo_softfail", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_helo_temperror", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_neutral", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_none", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_pass", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_permerror", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_softfail", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_temperror", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_welcomelist_from", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_for_spf_whitelist_from", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_spf_skipped_noenvfrom", "SPF", NULL, FACT_MESSAGE, NULL },
	{ "check_shortcircuit", "Shortcircuit", NULL, FACT_MESSAGE, NULL },
	{ "check_body_8bits", "TextCat", NULL, FACT_MESSAGE, NULL },
	{ "check_language", "TextCat", NULL, FACT_MESSAGE, NULL },
	{ "check_senders_reputation", "TxRep", NULL, FACT_MESSAGE, NULL },
	{ "check_uridnsbl", "URIDNSBL", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_detail", "URIDetail", NULL, FACT_MESSAGE, NULL },
	{ "check_for_http_redirector", "URIEval", NULL, FACT_MESSAGE, NULL },
	{ "check_https_ip_mismatch", "URIEval", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_truncated", "URIEval", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_local_bl", "URILocalBL", NULL, FACT_MESSAGE, NULL },
	{ "check_welcomelist_bounce_relays", "VBounce", NULL, FACT_MESSAGE, NULL },
	{ "check_whitelist_bounce_relays", "VBounce", NULL, FACT_MESSAGE, NULL },
	{ "have_any_bounce_relays", "VBounce", NULL, FACT_MESSAGE, NULL },
	{ "check_forged_in_default_welcomelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_forged_in_default_whitelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_forged_in_welcomelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_forged_in_whitelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_blacklist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_blocklist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_default_welcomelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_default_whitelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_list", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_welcomelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_from_in_whitelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_mailfrom_matches_rcvd", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_replyto_in_list", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_to_in_all_spam", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_to_in_blacklist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_to_in_blocklist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_to_in_list", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_to_in_more_spam", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_to_in_welcomelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_to_in_whitelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_host_in_blacklist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_host_in_blocklist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_host_in_welcomelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_host_in_whitelist", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_uri_host_listed", "WLBLEval", NULL, FACT_MESSAGE, NULL },
	{ "check_subject_in_blacklist", "WelcomeListSubject", NULL, FACT_MESSAGE, NULL },
	{ "check_subject_in_blocklist", "WelcomeListSubject", NULL, FACT_MESSAGE, NULL },
	{ "check_subject_in_welcomelist", "WelcomeListSubject", NULL, FACT_MESSAGE, NULL },
	{ "check_subject_in_whitelist", "WelcomeListSubject", NULL, FACT_MESSAGE, NULL },
};

const struct check_entry *check_at(size_t index)
{
	return index < sizeof checks / sizeof *checks ? &checks[index] : NULL;
}

const struct check_entry *check_find(struct str name)
{
	const struct check_entry *entry;
	for (size_t i = 0; (entry = check_at(i)) != NULL; i++)
		if (str_equal(name, str_from(entry->name)))
			return entry;
	return NULL;
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
