/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/machine.h"

#include "conformance/fuzz/fuzz.h"
#include "vm/console.h"
#include "vm/frame.h"
#include "vm/pack.h"

/* Whatever a port says: each frame lies in what was read, and reading comes to an end. */
static void read_port(const char *s, size_t size)
{
	unsigned int damaged = 0;
	size_t at = 0, used;
	struct frame f;

	while (frame_read(s + at, size - at, true, &f, &used, &damaged)) {
		_cleanup_text_ struct text bytes = { 0 };

		MUST(used > 0 && used <= size - at);
		MUST(f.bytes >= s && f.bytes + f.len <= s + size);
		unpack_bytes(&bytes, f.bytes, f.len, 1u << 16);
		at += used;
	}
}

static void send_and_read(const char *s, size_t size)
{
	_cleanup_text_ struct text port = { 0 }, packed = { 0 }, bytes = { 0 };
	unsigned int damaged = 0;
	struct frame f;
	size_t used;

	pack_bytes(&packed, s, size);
	text_add_n(&port, s, size);
	frame_write(&port, FRAME_FACTS, "a.facts", packed.s, packed.len);
	for (; frame_read(port.s, port.len, true, &f, &used, &damaged); port.len -= used)
		if (streq(f.name, "a.facts"))
			break;
		else
			memmove(port.s, port.s + used, port.len - used);
	MUST(unpack_bytes(&bytes, f.bytes, f.len, size) == 0);
	MUST(bytes.len == size && memcmp(text_str(&bytes), s, size) == 0);
}

static void read_machine(const char *s, size_t size)
{
	_cleanup_machine_ struct machine m = { 0 };

	if (machine_parse(xstrndup(s, size), &m) < 0)
		return;
	free(machine_fault(&m));
	free(machine_why_missing(&m, "a.facts"));
	free(machine_write(&m));
}

int fuzz_machine(const uint8_t *data, size_t size)
{
	struct console c = { 0 };
	const char *s = (const char *)data;

	read_port(s, size);
	send_and_read(s, size);
	read_machine(s, size);
	console_feed(&c, s, size, "a");
	MUST(c.n <= SPLATS_MAX);
	console_free(&c);
	return 0;
}
