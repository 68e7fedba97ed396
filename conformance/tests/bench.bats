#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What can be said of speed without a clock; what needs one is `make bench`.

load helpers

@test "a mask needs no memory and two look-ups: one that selects, one that compares" {
	local strategy
	need root
	run -0 "$CHECKOUT/build/tests/bench-masks" --count
	for strategy in shared-tmpfs tmpfs-per-dir shared-empty-dir detached; do
		[[ "$output" == *"$strategy: "*" allocations and "*" look-ups for 16 masks, "* ]] ||
			fail "no count of $strategy" "$output"
	done
}
