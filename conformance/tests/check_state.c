/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to `state`, of runtimes and of liars. */
#include "conformance/tests/suite.h"

#include "conformance/state.h"

static const struct {
	const char *name, *json;
	int pid;
	const char *status;
} rows[] = {
	{ "runc",
	  "{\n  \"ociVersion\": \"1.0.2-dev\",\n  \"pid\": 4242,\n  \"status\": \"created\"\n}",
	  4242, "created" },
	{ "dense", "{\"status\":\"running\",\"pid\":1}", 1, "running" },
	{ "tabs", "{\"pid\":\t7,\n\t\"status\"\t:\t\"stopped\"}", 7, "stopped" },
	{ "nothing", "", 0, "" },
	{ "text", "the pid is 7 and the status is fine", 0, "" },
	{ "pid-negative", "{\"pid\":-1}", 0, "" },
	{ "pid-string", "{\"pid\":\"7\"}", 0, "" },
	{ "pid-fraction", "{\"pid\":7.5}", 0, "" },
	{ "pid-exponent", "{\"pid\":7e3}", 0, "" },
	{ "pid-huge", "{\"pid\":99999999999999999999}", 0, "" },
	{ "pid-null", "{\"pid\":null}", 0, "" },
	{ "pid-cut", "{\"pid\":7", 0, "" },
	{ "pid-without-colon", "{\"pid\" 7}", 0, "" },
	{ "status-number", "{\"status\":7}", 0, "" },
	{ "status-cut", "{\"status\":\"creat", 0, "" },
	{ "status-upper", "{\"status\":\"Created\"}", 0, "" },
	{ "status-long", "{\"status\":\"abcdefghijklmnopqrstuvwxyzabcdef\"}", 0, "" },
};

START_TEST(test_state)
{
	char status[STATUS_SIZE];

	ck_assert_int_eq(state_pid(rows[_i].json), rows[_i].pid);
	state_status(rows[_i].json, status);
	ck_assert_str_eq(status, rows[_i].status);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state");

	ADD_ROWS(s, rows, test_state);
	return run_suite(s);
}
