package store

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"reflect"
	"testing"
	"time"

	"tebar/campaign"
)

// usual is what a message leaves in the journal on its usual course.
var usual = []journalEntry{
	{
		kind: entryBegun, attempt: 7, campaign: 1, account: "rina@example.org", at: moment{at: time.UnixMicro(1e15).UTC()},
		begun: begunEntry{
			message: 12, number: 2, fence: 3, name: "spring", version: 4, recipients: 5, messageID: "abc@example.org",
			date: time.UnixMicro(1e15 - 9).UTC(), first: time.UnixMicro(1e15 - 8).UTC(),
		},
	},
	{
		kind: entryMarked, attempt: 7, campaign: 1, account: "rina@example.org",
		at: moment{time.UnixMicro(1e15 + 5).UTC(), "8f0b", 99 * time.Second},
	},
	{
		kind: entryAccepted, attempt: 7, campaign: 1, account: "rina@example.org", spent: 1 << 40,
		at: moment{at: time.UnixMicro(-5).UTC()},
		outcome: campaign.Outcome{
			Verdict: campaign.Accepted, Class: campaign.ClassNone, Stage: campaign.StageDot, Code: 250, Enhanced: "2.0.0",
			Response: "Ok: angenommen für später", QueueID: "4XyZ", SHA256: "00ff",
		},
	},
}

func sealed(entries []journalEntry) []byte {
	var b []byte
	for i := range entries {
		b = entries[i].encode(b)
	}
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func TestJournalReadsWhatItWrote(t *testing.T) {
	got, err := decodeEntries(nil, sealed(usual))
	if err != nil || !reflect.DeepEqual(got, usual) {
		t.Errorf("read %+v, %v\nwant %+v", got, err, usual)
	}
}

// Every single flipped bit, and every cut, is seen.
func TestJournalSeesDamage(t *testing.T) {
	sound := sealed(usual)
	for bit := range 8 * len(sound) {
		b := append([]byte(nil), sound...)
		b[bit/8] ^= 1 << (bit % 8)
		if _, err := decodeEntries(nil, b); err == nil {
			t.Errorf("bit %d flipped, and not seen", bit)
		}
	}
	for n := range sound {
		if _, err := decodeEntries(nil, sound[:n]); err == nil {
			t.Errorf("cut to %d bytes, and not seen", n)
		}
	}
}

// A time since the boot that no Duration holds is refused, not turned into another.
func TestJournalRefusesTooLongAnUptime(t *testing.T) {
	for _, micros := range []int64{math.MaxInt64/1000 + 1, math.MinInt64/1000 - 1, math.MaxInt64, math.MinInt64} {
		b := appendInts([]byte{byte(entryMarked)}, 7, 1, 0)
		b = appendInts(appendText(appendText(b, "rina@example.org"), "8f0b"), micros)
		list, err := decodeEntries(nil, binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)))
		if err == nil {
			t.Errorf("%d microseconds were read as %v", micros, list[0].at.up)
		}
	}
}

// Whatever stands in a row, reading it ends with entries or an error, and what
// was read is written alike.
func FuzzJournal(f *testing.F) {
	for n := range usual {
		b := sealed(usual[n:])
		f.Add(b[:len(b)-4])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := decodeEntries(nil, binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)))
		if err != nil {
			return
		}
		again, err := decodeEntries(nil, sealed(list))
		if err != nil || !reflect.DeepEqual(again, list) {
			t.Errorf("%+v became %+v, %v", list, again, err)
		}
	})
}
