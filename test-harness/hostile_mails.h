/* test-harness/hostile_mails: mails that are made to cost much: floods of one thing, of any size.
 *
 * A kind is a head, and a unit that is repeated until the mail has its size: in the headers, in
 * one header's value, or in the body. "%u" in a unit is its number, so that no two are alike.
 */
#ifndef DEPEER_TEST_HARNESS_HOSTILE_MAILS_H
#define DEPEER_TEST_HARNESS_HOSTILE_MAILS_H

#include <stdbool.h>
#include <stddef.h>

size_t hostile_mails_n(void);
/* Of kind 0 to hostile_mails_n() - 1. */
const char *hostile_mails_name(size_t kind);
/* The flood stands in the headers, of which the limits let in 256 KiB. */
bool hostile_mails_in_headers(size_t kind);
/* hostile_mails_n() when there is none of that name. */
size_t hostile_mails_find(const char *name);
/* A mail of about so many bytes; free() it. NULL: memory. */
char *hostile_mails_make(size_t kind, size_t bytes, size_t *len);

#endif
