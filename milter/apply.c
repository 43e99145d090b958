/* libmilter's calls take char * and mean const: cast in one place. */
#include "milter/apply.h"

#include <stdint.h>
#include <string.h>

enum { REPLY_MAX = 900 }; /* libmilter takes 980 with doubled percent signs (measured) */

static char *unconst(const char *text)
{
	return (char *)(uintptr_t)text;
}

/* libmilter reads the text as a format: '%' is doubled. What no reply may hold is replaced, although
 * report.c has seen to that: a CR or LF here would be a reply of the sender's. */
static void escape_reply(const char *text, char out[REPLY_MAX + 1])
{
	size_t n = 0;

	for (; *text && n + 2 <= REPLY_MAX; text++) {
		out[n++] = *text >= ' ' && *text < 127 ? *text : '?';
		if (*text == '%')
			out[n++] = '%';
	}
	out[n] = 0;
}

static void set_reply(SMFICTX *context, const struct session *session)
{
	const struct session_reply *reply = session_reply(session);
	char text[REPLY_MAX + 1];

	escape_reply(reply->text, text);
	/* on failure the MTA's own words are used: the refusal stands */
	smfi_setreply(context, unconst(reply->code), unconst(reply->enhanced), text);
}

sfsistat apply_answer(SMFICTX *context, const struct session *session,
	enum session_answer answer)
{
	static const sfsistat table[] = {
		[SESSION_CONTINUE] = SMFIS_CONTINUE, [SESSION_ACCEPT] = SMFIS_ACCEPT,
		[SESSION_REJECT] = SMFIS_REJECT, [SESSION_TEMPFAIL] = SMFIS_TEMPFAIL,
		[SESSION_SKIP] = SMFIS_SKIP,
	};

	if (answer == SESSION_REJECT || answer == SESSION_TEMPFAIL)
		set_reply(context, session);
	return table[answer];
}

static int apply_edit(SMFICTX *context, const struct session_edit *edit, unsigned long actions)
{
	unsigned long needs = edit->kind == SESSION_EDIT_INSERT ? SMFIF_ADDHDRS : SMFIF_CHGHDRS;

	if (!(actions & needs))
		return MI_SUCCESS;
	if (edit->kind == SESSION_EDIT_INSERT)
		return smfi_insheader(context, edit->index, unconst(edit->name), unconst(edit->value));
	return smfi_chgheader(context, unconst(edit->name), edit->index,
		edit->kind == SESSION_EDIT_DELETE ? NULL : unconst(edit->value));
}

sfsistat apply_outcome(SMFICTX *context, const struct session *session,
	const struct session_outcome *outcome, unsigned long actions)
{
	for (size_t i = 0; i < outcome->edits_n; i++)
		if (apply_edit(context, &outcome->edits[i], actions) != MI_SUCCESS)
			return SMFIS_TEMPFAIL;
	if (outcome->quarantine && (actions & SMFIF_QUARANTINE)
		&& smfi_quarantine(context, unconst(outcome->quarantine)) != MI_SUCCESS)
		return SMFIS_TEMPFAIL;
	return apply_answer(context, session, outcome->answer);
}
