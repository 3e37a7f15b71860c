package templates

import "sort"

// Origins say, of a body that Assemble made, which file each byte comes from.
type Origins []origin

// From offset at on stand the bytes of src from pos on.
type origin struct {
	at, pos int
	src     *source
}

// of is the source and the offset there of a byte of the whole.
func (o Origins) of(whole *source, offset int) (*source, int) {
	n := sort.Search(len(o), func(i int) bool { return o[i].at > offset }) - 1
	if n < 0 {
		return whole, offset
	}
	at := o[n].pos + offset - o[n].at
	return o[n].src, min(at, len(o[n].src.text))
}
