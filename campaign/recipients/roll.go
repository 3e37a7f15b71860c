package recipients

import "math/bits"

// A roll keeps who holds an identity, in 20 bytes for each and a fifth more of
// room: a map takes four times as much, and a million rows must fit beside the
// rest of the program. It is a hash table with open addressing, cut into many
// small ones that grow one at a time, so that growing never needs twice the
// room.
//
// An identity is known by 64 bits of its hash and the part that it falls into,
// 10 bits more: among a million rows two that share them are as likely as one
// in ten thousand million.
type roll struct {
	parts [rollParts]rollPart
}

const rollParts = 1 << 10

type rollPart struct {
	seats []seat
	taken int
}

// A seat is one holder; row 0 is an empty one.
type seat struct {
	id      [2]uint32
	content [2]uint32 // the upper half holds 16 bits, and the list above them
	row     int32
}

// contentBits are those of a row's content that are kept: rows of one identity
// that differ are taken for alike once in 2^48.
const contentBits = 48

func (s *seat) holder() holder {
	content := uint64(s.content[1])<<32 | uint64(s.content[0])
	return holder{place{int32(content >> contentBits), s.row}, content & (1<<contentBits - 1)}
}

func (s *seat) set(id uint64, h holder) {
	content := h.content | uint64(h.list)<<contentBits
	*s = seat{[2]uint32{uint32(id), uint32(id >> 32)}, [2]uint32{uint32(content), uint32(content >> 32)}, h.row}
}

func (s *seat) hash() uint64 { return uint64(s.id[1])<<32 | uint64(s.id[0]) }

// find is the seat of an identity, or the empty one where it would sit. There
// is always an empty one.
func (p *rollPart) find(id uint64) *seat {
	at, _ := bits.Mul64(id, uint64(len(p.seats)))
	for {
		s := &p.seats[at]
		if s.row == 0 || s.hash() == id {
			return s
		}
		if at++; at == uint64(len(p.seats)) {
			at = 0
		}
	}
}

// grow makes room for a quarter more.
func (p *rollPart) grow() {
	old := p.seats
	p.seats = make([]seat, len(old)+len(old)/4+8)
	for i := range old {
		if old[i].row != 0 {
			*p.find(old[i].hash()) = old[i]
		}
	}
}

func (r *roll) part(id key128) *rollPart { return &r.parts[id[1]%rollParts] }

// get gives the holder of an identity.
func (r *roll) get(id key128) (h holder, known bool) {
	p := r.part(id)
	if len(p.seats) == 0 {
		return holder{}, false
	}
	s := p.find(id[0])
	return s.holder(), s.row != 0
}

// put makes h the holder of an identity; its row is 1 or more.
func (r *roll) put(id key128, h holder) {
	p := r.part(id)
	if (p.taken+1)*10 > len(p.seats)*9 {
		p.grow()
	}
	s := p.find(id[0])
	if s.row == 0 {
		p.taken++
	}
	s.set(id[0], h)
}
