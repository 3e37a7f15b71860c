package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"tebar/campaign"
)

// The journal holds what a runner has made durable since it was last posted to
// the tables: which messages were begun, marked and accepted. A commit is one
// row, so that a message costs the disk little; posting brings a few hundred of
// them into the tables at once, each in its last state. Whoever reads or writes
// anything else posts first, so that nobody sees the tables without the
// journal: see post.go.

// A journalEntry is one step of an attempt.
type journalEntry struct {
	kind    entryKind
	attempt int64
	at      moment // begun: by the wall clock only

	begun    begunEntry       // with entryBegun
	outcome  campaign.Outcome // with entryAccepted
	spent    int64            // with entryAccepted: the account's number of the spend
	campaign int64            // id
	account  string
}

// A begunEntry is what the claim of a message makes known.
type begunEntry struct {
	message    int64
	number     int
	fence      int64
	name       string // of the campaign
	version    int
	recipients int
	messageID  string
	date       time.Time
	first      time.Time
}

type entryKind byte

// The numbers stand in stores: none may be given another meaning.
const (
	entryBegun    entryKind = 1
	entryMarked   entryKind = 2
	entryAccepted entryKind = 3
)

var errJournal = errors.New("an entry of the journal is damaged")

// write adds the entries of one transaction to the journal.
func writeJournal(ctx context.Context, tx querier, entries []journalEntry) error {
	var b []byte
	for i := range entries {
		b = entries[i].encode(b)
	}
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	_, err := tx.ExecContext(ctx, `INSERT INTO journal (entries) VALUES (?)`, b)
	return err
}

// readJournal gives all entries in their order.
func readJournal(ctx context.Context, tx querier) (list []journalEntry, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT entries FROM journal ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if list, err = decodeEntries(list, b); err != nil {
			return nil, unreadable("the journal", err)
		}
	}
	return list, rows.Err()
}

func decodeEntries(list []journalEntry, b []byte) ([]journalEntry, error) {
	n := len(b) - 4
	if n < 0 || crc32.ChecksumIEEE(b[:n]) != binary.BigEndian.Uint32(b[n:]) {
		return nil, errJournal
	}
	for d := (decoder{rest: b[:n]}); len(d.rest) > 0; {
		var e journalEntry
		if e.decode(&d); d.bad {
			return nil, errJournal
		}
		list = append(list, e)
	}
	return list, nil
}

func (e *journalEntry) encode(b []byte) []byte {
	b = append(b, byte(e.kind))
	b = appendInts(b, e.attempt, e.campaign, e.at.at.UnixMicro())
	b = appendText(b, e.account)
	switch e.kind {
	case entryBegun:
		x := &e.begun
		b = appendInts(b, x.message, int64(x.number), x.fence, int64(x.version), int64(x.recipients),
			x.date.UnixMicro(), x.first.UnixMicro())
		return appendText(appendText(b, x.name), x.messageID)
	case entryMarked:
		return e.encodeBoot(b)
	case entryAccepted:
		o := &e.outcome
		b = appendInts(e.encodeBoot(b), e.spent, int64(o.Code))
		for _, text := range []string{
			string(o.Verdict), string(o.Class), string(o.Stage), o.Enhanced, o.Response, o.QueueID, o.SHA256,
		} {
			b = appendText(b, text)
		}
	}
	return b
}

func (e *journalEntry) encodeBoot(b []byte) []byte {
	return appendInts(appendText(b, e.at.boot), e.at.up.Microseconds())
}

func (e *journalEntry) decode(d *decoder) {
	e.kind = entryKind(d.byte())
	e.attempt, e.campaign, e.at.at = d.int(), d.int(), d.time()
	e.account = d.text()
	switch e.kind {
	case entryBegun:
		x := &e.begun
		x.message, x.number, x.fence = d.int(), int(d.int()), d.int()
		x.version, x.recipients = int(d.int()), int(d.int())
		x.date, x.first = d.time(), d.time()
		x.name, x.messageID = d.text(), d.text()
	case entryMarked:
		e.decodeBoot(d)
	case entryAccepted:
		e.decodeBoot(d)
		o := &e.outcome
		e.spent, o.Code = d.int(), int(d.int())
		o.Verdict, o.Class, o.Stage = campaign.Verdict(d.text()), campaign.Class(d.text()), campaign.Stage(d.text())
		o.Enhanced, o.Response, o.QueueID, o.SHA256 = d.text(), d.text(), d.text(), d.text()
	default:
		d.bad = true
	}
}

func (e *journalEntry) decodeBoot(d *decoder) {
	e.at.boot, e.at.up = d.text(), d.duration()
}

func (e *journalEntry) String() string {
	return fmt.Sprintf("entry %d of attempt %d", e.kind, e.attempt)
}

func appendInts(b []byte, all ...int64) []byte {
	for _, n := range all {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// A decoder reads what appendInts and appendText have written; bad once it
// does not make sense.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) byte() byte {
	if len(d.rest) == 0 {
		d.bad = true
		return 0
	}
	c := d.rest[0]
	d.rest = d.rest[1:]
	return c
}

func (d *decoder) int() int64 {
	n, size := binary.Varint(d.rest)
	d.skip(size)
	return n
}

func (d *decoder) time() time.Time { return time.UnixMicro(d.int()).UTC() }

// duration reads microseconds; more than a Duration holds make no sense.
func (d *decoder) duration() time.Duration {
	micros := d.int()
	length := time.Duration(micros) * time.Microsecond
	if length.Microseconds() != micros {
		d.bad = true
	}
	return length
}

func (d *decoder) text() string {
	n, size := binary.Uvarint(d.rest)
	d.skip(size)
	if n > uint64(len(d.rest)) {
		d.bad = true
		return ""
	}
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) skip(size int) {
	if size <= 0 {
		d.bad, d.rest = true, nil
		return
	}
	d.rest = d.rest[size:]
}
