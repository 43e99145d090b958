/* message/received_forms: what the body of a Received line says, by the form it has.
 */
#ifndef DEPEER_MESSAGE_RECEIVED_FORMS_H
#define DEPEER_MESSAGE_RECEIVED_FORMS_H

#include "message/form.h"
#include "message/received.h"

/* How the line began; `text` is what follows. */
enum received_start { RECEIVED_FROM, RECEIVED_CAPITAL, RECEIVED_BRACKET, RECEIVED_OTHER };

struct received_fields {
	struct form_kept kept; /* on entry: what is known whatever the form is */
	bool looked;           /* the server asked for the client's name */
	bool no_id;            /* what looks like an id is none */
};

/* RECEIVED_UNREADABLE: no form fits, or too many ways were tried; *fields is as it was. `text`:
 * blanks folded, at most FORM_LINE_MAX bytes; `index` has all of it. */
enum received_is received_forms(const struct form_index *index, struct str text,
	enum received_start start, struct received_fields *fields);

#endif
