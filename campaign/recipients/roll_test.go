package recipients

import (
	"fmt"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

// A roll knows what a map knows, whatever the hashes: here they are drawn from
// a few, so that seats are fought for.
func TestRollIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r roll
		known := map[key128]holder{}
		for range rapid.IntRange(0, 400).Draw(t, "puts") {
			id := key128{rapid.Uint64Range(0, 30).Draw(t, "id"), rapid.Uint64Range(0, 2).Draw(t, "part")}
			if rapid.Bool().Draw(t, "high") {
				id[0] = ^id[0]
			}
			h := holder{
				place{rapid.Int32Range(0, 1<<15).Draw(t, "list"), rapid.Int32Range(1, 1<<30).Draw(t, "row")},
				rapid.Uint64Range(0, 1<<contentBits-1).Draw(t, "content"),
			}
			got, have := r.get(id)
			want, should := known[id]
			if got != want || have != should {
				t.Fatalf("%v: %v %v, not %v %v", id, got, have, want, should)
			}
			r.put(id, h)
			known[id] = h
		}
		for id, want := range known {
			if got, have := r.get(id); got != want || !have {
				t.Fatalf("%v: %v %v, not %v", id, got, have, want)
			}
		}
	})
}

// BenchmarkRoll puts a million identities on the roll.
func BenchmarkRoll(b *testing.B) {
	const n = 1_000_000
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		x := newIndex()
		for i := range n {
			id := x.key(fmt.Sprint(i))
			if _, known := x.held.get(id); !known {
				x.held.put(id, holder{place{0, int32(i + 1)}, uint64(i)})
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(x)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/identity")
}
