# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # work, here, doc, P, N, M and record are of vm/storm
# From records to tables: medians with quartiles of the ratios within each round. Sourced by vm/storm.

# "KERNEL BOOT NAME ROUND LABEL START STOP SUPERBLOCKS" of all records, sorted.
samples() {
	local kernel

	for kernel; do
		for boot in clock two; do
			cat /dev/null "$work/$kernel/$boot"/*.facts | awk -F '\t' -v OFS='\t' \
				-v k="$kernel" -v b="$boot" '
				$1 == "storm" { name = $3; round = $4 }
				$1 == "time" { start = $3; stop = $4 + $5 }
				$1 == "masks" { print k, b, name, round, $2, start, stop, $3 }'
		done
	done
}

# "KERNEL BOOT NAME LABEL PHASE CAUSE FUNCTION CALLS US CONTAINERS MASKS" of all records.
costs() {
	local kernel

	for kernel; do
		for boot in clock two; do
			cat /dev/null "$work/$kernel/$boot"/*.facts | awk -F '\t' -v OFS='\t' \
				-v k="$kernel" -v b="$boot" '
				$1 == "storm" { name = $3; p = $6; n = $7 }
				$1 == "cost" { print k, b, name, $2, $3, $4, $5, $6, $7, p, n }'
		done
	done
}

# ratios NAME LABEL BASE: "KERNEL START Q1 Q3 STOP Q1 Q3 BOTH Q1 Q3", of `clock`.
ratios() {
	awk -F '\t' -v OFS='\t' -v name="$1" -v label="$2" -v base="$3" '
		function sorted(a, n,    i, j, t) {
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
		}
		function at(a, n, q,    x, i) {
			x = 1 + (n - 1) * q; i = int(x)
			return i == n ? a[n] : a[i] + (x - i) * (a[i + 1] - a[i])
		}
		function spread(num, den, kernel,    a, n, i) {
			for (i = 1; i <= rounds[kernel]; i++)
				if (den[kernel, i] > 0) a[++n] = num[kernel, i] / den[kernel, i]
			if (!n) return "-\t-\t-"
			sorted(a, n)
			return sprintf("%.2f\t%.2f\t%.2f", at(a, n, .5), at(a, n, .25), at(a, n, .75))
		}
		$2 != "clock" || $3 != name { next }
		!($1 in rounds) { order[++kernels] = $1; rounds[$1] = 0 }
		$4 > rounds[$1] { rounds[$1] = $4 }
		$5 == label { s[$1, $4] = $6; t[$1, $4] = $7; b[$1, $4] = $6 + $7 }
		$5 == base { S[$1, $4] = $6; T[$1, $4] = $7; B[$1, $4] = $6 + $7 }
		END {
			for (k = 1; k <= kernels; k++)
				print order[k], spread(s, S, order[k]), spread(t, T, order[k]), spread(b, B, order[k])
		}' "$work/samples"
}

cells() {
	awk -F '\t' -v what="$1" '{
		printf "| %s | %s |", $1, what
		for (i = 2; i <= 8; i += 3) printf " %s (%s–%s) |", $i, $(i + 1), $(i + 2)
		printf "\n"
	}'
}

table_loops() {
	local m

	echo '| kernel | memory cgroups | start | stop | both |'
	echo '|---|---|---|---|---|'
	for m in 0 "$M" $((M * 4)); do
		ratios "loop-$m" loop,tmpfs-per-dir loop,shared-tmpfs | cells "$m"
	done
	ratios loop-reclaim loop,tmpfs-per-dir loop,shared-tmpfs | cells "$M, slab dropped"
}

table_maskref() {
	local what label

	echo '| kernel | strategy | start | stop | both |'
	echo '|---|---|---|---|---|'
	for label in tmpfs-per-dir detached; do
		for what in idle reclaim; do
			ratios "maskref-$what" "maskref,$label" maskref,shared-tmpfs | cells "$label, $what"
		done
	done
}

table_runtimes() {
	local label

	echo '| kernel | runtime | start | stop | both |'
	echo '|---|---|---|---|---|'
	for label in maskref,tmpfs-per-dir maskref,detached $runtimes; do
		ratios runtimes "$label" maskref,shared-tmpfs | cells "$label"
	done
}

# Microseconds a mask by cause, start and stop. Of one round: no spread, and with what tracing costs.
table_causes() {
	echo '| kernel | loop | phase | calls, rest | superblock | list_lru | shrinker | namespace | asleep for locks | memory cgroup |'
	echo '|---|---|---|---|---|---|---|---|---|---|'
	awk -F '\t' '
		$2 != "clock" || $3 != "loop-trace" || $5 == "beside" { next }
		{
			key = $1 FS $4 FS $5
			if (!(key in seen)) { seen[key]; order[++n] = key }
			cause = $6 ~ / lock$/ ? "lock" : $6
			us[key, cause] += $9 / ($10 * $11)
		}
		END {
			split("mount superblock list_lru shrinker namespace lock cgroup", causes, " ")
			for (i = 1; i <= n; i++) {
				split(order[i], k, FS)
				sub(/^loop,/, "", k[2])
				printf "| %s | %s | %s |", k[1], k[2], k[3]
				for (c = 1; c <= 7; c++) printf " %.1f |", us[order[i], causes[c]]
				printf "\n"
			}
		}' "$work/costs"
}

# What a container waits for, by the host's clock, and on as many processors as CPUS says.
table_waits() {
	echo '| kernel | runtime | superblocks made | grace periods: start | ms | stop | ms | locks: start, ms |'
	echo '|---|---|---|---|---|---|---|---|'
	awk -F '\t' '
		$2 != "two" || $3 != "runtimes-trace" { next }
		{
			key = $1 FS $4
			if (!(key in seen)) { seen[key]; order[++n] = key }
		}
		$6 == "grace" { ms[key, $5] += $9 / 1000 }
		$6 == "grace" && $7 ~ /^synchronize_(rcu|sched|rcu_expedited|sched_expedited)$/ { waits[key, $5] += $8 }
		$6 ~ / lock$/ && $5 == "start" { lock[key] += $9 / 1000 }
		$7 == "shmem_fill_super" && $5 == "start" { supers[key] += $8 }
		END {
			for (i = 1; i <= n; i++) {
				k = order[i]
				split(k, w, FS)
				printf "| %s | %s | %d | %d | %.0f | %d | %.0f | %.1f |\n", w[1], w[2], supers[k],
					waits[k, "start"], ms[k, "start"], waits[k, "stop"], ms[k, "stop"], lock[k]
			}
		}' "$work/costs"
}

# A memory cgroup that never had a process, removed beside one container.
table_beside() {
	echo '| kernel | a tmpfs each, microseconds | one shared | ratio |'
	echo '|---|---|---|---|'
	awk -F '\t' '
		$2 != "clock" || $3 != "loop-trace" || $5 != "beside" { next }
		!($1 in seen) { seen[$1]; order[++n] = $1 }
		$7 ~ /^(mem_cgroup_css_offline|memcg_drain_all_list_lrus|memcg_reparent_list_lrus)$/ { us[$1, $4] += $9 }
		END {
			for (i = 1; i <= n; i++) {
				each = us[order[i], "loop,tmpfs-per-dir"]; shared = us[order[i], "loop,shared-tmpfs"]
				printf "| %s | %.0f | %.0f | %.1f |\n", order[i], each, shared, shared ? each / shared : 0
			}
		}' "$work/costs"
}

untraced() {
	local kernel

	for kernel; do
		cat /dev/null "$work/$kernel"/*/*.facts | awk -F '\t' -v k="$kernel" '
			$1 == "untraced" && !n++ { print k ": no causes, " $2 }
			$1 == "lost" { lost += $2 }
			END { if (lost) print k ": the tracer lost " lost " events" }'
	done
}

# Start and stop against memory cgroups, a line a kernel, quartiles as bars, ratios logarithmic.
plot() {
	local m

	for m in 0 "$M" $((M * 4)); do
		ratios "loop-$m" loop,tmpfs-per-dir loop,shared-tmpfs | sed "s/^/$m\t/"
	done | awk -F '\t' -v title="$P containers × $N masks: one tmpfs each against one shared" \
		-f "$here/vm/storm-plot.awk"
}

# Rows of a kernel together, kernels in the order that they were named.
by_kernel() {
	local file=$1 kernel

	shift
	head -n 2 "$file"
	for kernel; do grep -F "| $kernel |" "$file" || :; done
}

storm_tables() {
	local name

	samples "$@" >"$work/samples"
	costs "$@" >"$work/costs"
	for name in loops maskref runtimes causes beside waits; do
		"table_$name" >"$work/$name.rows"
		by_kernel "$work/$name.rows" "$@" >"$work/$name.table"
		printf '\nstorm %s\n' "$name"
		column -t -s '|' "$work/$name.table"
		[ "${RECORD:-}" != 1 ] || check_table "storm $name" "$work/$name.table"
	done
	untraced "$@"
	plot >"$work/storm.svg"
	[ "${RECORD:-}" != 1 ] || cp "$work/storm.svg" "$here/docs/storm.svg"
}
