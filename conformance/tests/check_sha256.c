/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256: the vectors of FIPS 180-4, every length around two blocks, any way of feeding. */
#include "conformance/tests/suite.h"

#include "conformance/sha256.h"

static const struct {
	const char *name, *text, *hex;
} fips_rows[] = {
	{ "fips-empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "fips-abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "fips-two-blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "fips-896-bits",
	  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
	  "lmnopqrsmnopqrstnopqrstu",
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

START_TEST(test_fips)
{
	char hex[SHA256_HEX];

	sha256_text(fips_rows[_i].text, strlen(fips_rows[_i].text), hex);
	ck_assert_str_eq(hex, fips_rows[_i].hex);
}
END_TEST

START_TEST(test_million)
{
	char hex[SHA256_HEX], block[1000];
	struct sha256 s;
	int i;

	memset(block, 'a', sizeof(block));
	sha256_init(&s);
	for (i = 0; i < 1000; i++)
		sha256_add(&s, block, sizeof(block));
	sha256_hex(&s, hex);
	ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

/*
 * The first 16 digits for the bytes 0, 1, 2, ... of each length, by another implementation:
 *   python3 -c 'for n in range(131): print(hashlib.sha256(bytes(range(n))).hexdigest()[:16])'
 */
static const char *const lengths[] = {
	"e3b0c44298fc1c14", "6e340b9cffb37a98", "b413f47d13ee2fe6", "ae4b3280e56e2faf",
	"054edec1d0211f62", "08bb5e5d6eaac104", "17e88db187afd62c", "57355ac3303c148f",
	"8a851ff82ee7048a", "f8348e0b1df00833", "1f825aa2f0020ef7", "78a6273103d17c39",
	"fff3a9bcdd37363d", "86eba947d50c2c01", "ab107f1bd632d3c3", "7071fc3188fde7e7",
	"be45cb2605bf36be", "3e5718fea51a8f3f", "7a096cc12702bcfa", "5f9a753613d87b8a",
	"e7aebf577f60412f", "75aee9dcc9fbe7dd", "22cb4df00cddd606", "f6a954a68555187d",
	"1d64add2a6388367", "b729ce724d9a48d3", "b858da80d8a57dc5", "d78750726155a89c",
	"dc27f8e8ee2d08a2", "d09bea65dff48928", "f2192584b67da35d", "4f23c2ca8c5c962e",
	"630dcd2966c43366", "5d8fcfefa9aeeb71", "14cdbf171499f86b", "f12dd12340cb84e4",
	"5d7e2d9b1dcbc85e", "f4d285f47a1e4959", "a2fd0e15d72c9d18", "4aba23aea5e2a91b",
	"5faa4eec36115568", "753629a6117f5a25", "40a1ed73b46030c8", "c033843682818c47",
	"17619ec4250ef65f", "a8e960c769a9508d", "8ebfeb2e3a159e9f", "ef8a7781a95c32fa",
	"4dbdc2b2b62cb007", "7509fe148e2c426e", "a622e13829e48842", "3309847cee454b4f",
	"c4c6540a15fc140a", "90962cc12ae9cdae", "675f28acc0b90a72", "463eb28e72f82e0a",
	"da2ae4d6b36748f2", "2fe741af801cc238", "e03b18640c635b33", "bd2de8f5dd15c73f",
	"0ddde28e40838ef6", "4b5c2783c91ceccb", "c89da82cbcd76ddf", "29af2686fd53374a",
	"fdeab9acf3710362", "4bfd2c8b6f1eec7a", "b6dfd259f6e0d07d", "8fa5913b62847d42",
	"7ded979c0153ebb9", "1cf3aa651dcf35db", "5767d69a906d4860", "8189e3d54767d51e",
	"107de2bc788e1102", "169f6f093a9be82f", "2087ebd358ae3ea2", "182ab56f7739e43c",
	"081f6c68899a48a1", "5ce02376cc256861", "b93e407404e3e95f", "e81fa832b37be8ed",
	"c56705fea5b110b8", "c2226285d08a245a", "f9c270da8793221a", "e69befd6ef7f685c",
	"4e3033562ad74a7d", "2ea17629472564a5", "b90223df74dd49a8", "e0209f42b927ec9c",
	"10d9bd424114319c", "7d1978a65ac94dbb", "e052dff9e1c94aaa", "58d29459b2130a2e",
	"4e4530c392316f59", "a09c9d3e42342c7d", "eb978d0f1ac03ce5", "7d1905a3ace827ea",
	"08359b108fa567f5", "a7b3830ffab0f2bb", "b4f5d9b1555994c5", "014ecaea1b378900",
	"bce0aff19cf5aa6a", "4565d7b898ccea31", "ddadeb660fe8902c", "c15a8928131f6687",
	"ae8e3d799b1353a3", "98545371a3d9981a", "6323dce2f8b3a04d", "8150f7c5da910d70",
	"44d21db70716bd76", "b9b7c375cca45db1", "a47a551b01e55aaa", "60780e9451bdc43c",
	"09373f127d34e61d", "13aaa9b5fb739cdb", "5b0a32f1219524f5", "32796a0a246ea67e",
	"da9ab8930992a9f6", "9c94557382c96675", "d32ab00929cb935b", "da18797ed7c3a777",
	"f52b23db1fbb6ded", "335a461692b30bba", "3d08c4d7bdda7ec9", "cc63be92e3a900cd",
	"865447fc4fae0147", "3daa582f9563601e", "5dda7cb7c2282a55", "92ca0fa6651ee2f9",
	"471fb943aa23c511", "5099c6a56203f968", "8d39b60b9c767c58",
};

START_TEST(test_lengths)
{
	unsigned char data[ARRAY_SIZE(lengths)];
	size_t n;

	for (n = 0; n < ARRAY_SIZE(lengths); n++) {
		char hex[SHA256_HEX];

		sha256_text(data, n, hex);
		ck_assert_msg(strncmp(hex, lengths[n], 16) == 0, "%zu bytes: %s", n, hex);
		ck_assert_uint_eq(strlen(hex), SHA256_HEX - 1);
		data[n] = (unsigned char)n;
	}
}
END_TEST

/* The same digest however the bytes are cut. */
START_TEST(test_cuts)
{
	unsigned char data[130];
	char whole[SHA256_HEX];
	size_t i, step;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(7 * i);
	sha256_text(data, sizeof(data), whole);
	for (step = 1; step <= sizeof(data); step++) {
		struct sha256 s;
		char hex[SHA256_HEX];

		sha256_init(&s);
		for (i = 0; i < sizeof(data); i += step)
			sha256_add(&s, data + i, step < sizeof(data) - i ? step : sizeof(data) - i);
		sha256_hex(&s, hex);
		ck_assert_str_eq(hex, whole);
	}
}
END_TEST

START_TEST(test_fd)
{
	_cleanup_fclose_ FILE *f = tmpfile();
	char hex[SHA256_HEX], want[SHA256_HEX], block[100000];

	ck_assert_ptr_nonnull(f);
	memset(block, 'x', sizeof(block));
	ck_assert_uint_eq(fwrite(block, 1, sizeof(block), f), sizeof(block));
	rewind(f);
	sha256_text(block, sizeof(block), want);
	ck_assert_int_eq(sha256_fd(fileno(f), hex), 0);
	ck_assert_str_eq(hex, want);
	ck_assert_int_eq(sha256_fd(-1, hex), -EBADF);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sha256");

	ADD_ROWS(s, fips_rows, test_fips);
	add_case(s, "fips-million", test_million, 0);
	add_case(s, "lengths", test_lengths, 0);
	add_case(s, "cuts", test_cuts, 0);
	add_case(s, "fd", test_fd, 0);
	return run_suite(s);
}
