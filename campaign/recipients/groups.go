package recipients

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"tebar/campaign"
)

// groups holds the further rows of addresses that stand in several rows
// (`duplicates: group`). Their cells wait in a temporary file between the
// pass that finds them and the one that sends them behind their leader; in
// memory stays where.
//
// A row in the file is its number of cells and, for each, length and bytes;
// numbers are unsigned varints.
type groups struct {
	file  *os.File
	out   *bufio.Writer
	size  int64
	rows  map[key128][]member
	twins map[key128]holder // by identity and content: rows alike in every cell
	next  map[key128]int    // members already passed by, by identity
}

// A member is a further row of a group.
type member struct {
	holder
	offset int64
}

func newGroups() *groups {
	return &groups{rows: map[key128][]member{}, twins: map[key128]holder{}, next: map[key128]int{}}
}

// contentKey tells the rows of one identity apart.
func contentKey(id key128, content uint64) key128 { return key128{id[0] ^ content, id[1]} }

// add notes a row of a known identity: a member, or the twin of a row before.
func (g *groups) add(id key128, leader, here holder, row campaign.Row) error {
	g.twins[contentKey(id, leader.content)] = leader
	if _, known := g.twins[contentKey(id, here.content)]; known {
		return nil
	}
	g.twins[contentKey(id, here.content)] = here
	g.rows[id] = append(g.rows[id], member{here, g.size})
	if err := g.write(row); err != nil {
		return fmt.Errorf("keeping the rows of a group: %w", err)
	}
	return nil
}

// write appends a row's cells.
func (g *groups) write(row campaign.Row) error {
	if g.file == nil {
		f, err := os.CreateTemp("", "tebar-group-*") // 0600
		if err != nil {
			return err
		}
		g.file, g.out = f, bufio.NewWriterSize(f, 64<<10)
	}
	b := binary.AppendUvarint(nil, uint64(len(row.Values)))
	for _, v := range row.Values {
		b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
	}
	g.size += int64(len(b))
	_, err := g.out.Write(b)
	return err
}

// members gives the further rows of an identity, in order.
func (g *groups) members(id key128, r *reading) ([]campaign.Row, error) {
	var list []campaign.Row
	for _, m := range g.rows[id] {
		row, err := g.read(m, r.parts[m.list])
		if err != nil {
			return nil, fmt.Errorf("reading the rows of a group: %w", err)
		}
		list = append(list, row)
	}
	return list, nil
}

// read takes one row from the file.
func (g *groups) read(m member, p *part) (campaign.Row, error) {
	if err := g.out.Flush(); err != nil {
		return campaign.Row{}, err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(g.file, m.offset, g.size-m.offset), 4096)
	n, err := binary.ReadUvarint(in)
	if err != nil {
		return campaign.Row{}, err
	}
	row := p.row(record{number: int(m.row), cells: make([]string, n)})
	for i := range row.Values {
		length, err := binary.ReadUvarint(in)
		if err != nil {
			return row, err
		}
		b := make([]byte, length)
		if _, err := io.ReadFull(in, b); err != nil {
			return row, err
		}
		row.Values[i] = string(b)
	}
	return row, nil
}

// place is the place of member i of an identity.
func (g *groups) place(id key128, i int) place { return g.rows[id][i].place }

// isMember says whether a row is the next member of its group; rows come in
// the order in which they were added.
func (g *groups) isMember(id key128, at place) bool {
	i := g.next[id]
	if i >= len(g.rows[id]) || g.rows[id][i].place != at {
		return false
	}
	g.next[id] = i + 1
	return true
}

// twin is the row of the group that is alike in every cell.
func (g *groups) twin(id key128, content uint64, leader holder) holder {
	if h, known := g.twins[contentKey(id, content)]; known {
		return h
	}
	return leader
}

// close removes the file.
func (g *groups) close() {
	if g.file == nil {
		return
	}
	_ = errors.Join(g.file.Close(), os.Remove(g.file.Name()))
	g.file = nil
}
