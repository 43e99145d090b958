/* rules/uri_block: words of the settings, and which continent a country is on.
 */
#include "rules/uri_block.h"

#include <string.h>

static const char *const settings[URI_BLOCKS] = {
	[URI_BLOCK_CC] = "uri_block_cc", [URI_BLOCK_CONT] = "uri_block_cont",
	[URI_BLOCK_ISP] = "uri_block_isp", [URI_BLOCK_CIDR] = "uri_block_cidr",
	[URI_BLOCK_ASN] = "uri_block_asn", [URI_BLOCK_EXCLUDE] = "uri_block_exclude",
};

const char *uri_block_setting(enum uri_block which)
{
	return settings[which];
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

bool uri_block_code(struct str word, bool digit, bool *negated, char code[2])
{
	*negated = word.len > 0 && word.ptr[0] == '!';
	word = str_slice(word, *negated, word.len);
	if (word.len != 2 || !ascii_alpha(word.ptr[0]) ||
	    !(ascii_alpha(word.ptr[1]) || (digit && ascii_digit(word.ptr[1]))))
		return false;
	code[0] = upper(word.ptr[0]);
	code[1] = upper(word.ptr[1]);
	return true;
}

bool uri_block_asn(struct str word, uint32_t *asn)
{
	uint64_t number;
	if (str_starts_nocase(word, STR("AS")))
		word = str_slice(word, 2, word.len);
	if (!str_to_u64(word, UINT32_MAX, &number) || number == 0)
		return false;
	*asn = (uint32_t)number;
	return true;
}

bool uri_block_prefix(struct str word, struct ip_prefix *prefix)
{
	size_t slash = str_find_byte(word, '/');
	struct ip ip;
	uint64_t bits;
	if (!ip_parse(str_slice(word, 0, slash), &ip))
		return false;
	uint64_t most = ip_is_v4(&ip) ? 32 : 128;
	if (slash == SIZE_MAX)
		bits = most;
	else if (!str_to_u64(str_slice(word, slash + 1, word.len), most, &bits))
		return false;
	*prefix = ip_prefix_make(&ip, (uint8_t)(bits + 128 - most));
	return true;
}

const char *uri_block_continent(const char *country)
{
	static const struct {
		const char *continent, *countries; /* a blank behind each */
	} continents[] = {
		{ "AF", "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR "
			"LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ "
			"UG YT ZA ZM ZW " },
		{ "AN", "AQ BV GS HM TF " },
		{ "AS", "AE AF AM AZ BD BH BN BT CC CN GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ "
			"LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TM TR TW UZ VN YE " },
		{ "EU", "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM "
			"IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK " },
		{ "NA", "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF "
			"MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI " },
		{ "OC", "AS AU CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU "
			"WF WS " },
		{ "SA", "AR BO BR CL CO EC FK GF GY PE PY SR UY VE " },
	};
	for (size_t i = 0; i < sizeof continents / sizeof *continents; i++)
		for (const char *at = continents[i].countries; *at; at += 3)
			if (!strncmp(at, country, 2))
				return continents[i].continent;
	return NULL;
}
