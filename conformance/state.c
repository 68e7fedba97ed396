/* SPDX-License-Identifier: Apache-2.0 */
/* Pure: of the JSON only "pid" and "status" are taken, and `observe` links no library for it. */
#include "conformance/state.h"

#include <stdlib.h>
#include <string.h>

#define PID_DIGITS 9 /* PID_MAX_LIMIT is 2^22 */

/* What stands behind "KEY" and its colon. */
static const char *value_of(const char *json, const char *key)
{
	const char *at = strstr(json, key);

	if (!at)
		return "";
	at += strlen(key);
	at += strspn(at, " \t\r\n");
	if (*at++ != ':')
		return "";
	return at + strspn(at, " \t\r\n");
}

pid_t state_pid(const char *json)
{
	const char *value = value_of(json, "\"pid\"");
	size_t digits = strspn(value, "0123456789");

	if (digits == 0 || digits > PID_DIGITS || !value[digits] || strchr(".eE", value[digits]))
		return 0;
	return (pid_t)strtol(value, NULL, 10);
}

void state_status(const char *json, char status[STATUS_SIZE])
{
	const char *value = value_of(json, "\"status\"");
	size_t n;

	status[0] = '\0';
	if (*value++ != '"')
		return;
	n = strspn(value, "abcdefghijklmnopqrstuvwxyz");
	if (value[n] != '"' || n >= STATUS_SIZE)
		return;
	memcpy(status, value, n);
	status[n] = '\0';
}
