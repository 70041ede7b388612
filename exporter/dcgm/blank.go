package dcgm

import "strings"

// blankness is the reason why DCGM has no value. Source: dcgm_structs.h, DCGM_BLANK_VALUES.
type blankness int

const (
	present      blankness = iota
	blankNull              // no sample yet
	blankAbsent            // not found
	blankLacking           // the GPU does not support it
	blankDenied            // the engine may not read it
)

const (
	blankInt64 = 0x7ffffffffffffff0
	blankInt32 = 0x7ffffff0
	blankFP64  = 140737488355328.0 // 2^47
)

// blankInt recognizes the sentinels among integers. Every value from the 64-bit blank up is one. Of the
// 32-bit blanks only the four themselves are, because a byte counter passes beyond them.
func blankInt(v int64) blankness {
	switch {
	case v >= blankInt64:
		return kindOfBlank(v - blankInt64)
	case v >= blankInt32 && v <= blankInt32+3:
		return kindOfBlank(v - blankInt32)
	default:
		return present
	}
}

// blankFloat recognizes the sentinels by equality: no GPU reaches 2^47 bytes per second, and 2^47 + 0.5
// would be a value. NaN and the infinities are no values either.
func blankFloat(v float64) blankness {
	switch {
	case v != v || v-v != 0:
		return blankNull
	case v == blankFP64, v == blankFP64+1, v == blankFP64+2, v == blankFP64+3:
		return kindOfBlank(int64(v - blankFP64))
	default:
		return present
	}
}

// blankString reports whether a text is one of "<<<NULL>>>", "<<<NOT_FOUND>>>" and so on.
func blankString(s string) bool {
	return s == "" || strings.HasPrefix(s, "<<<") && strings.Contains(s, ">>>")
}

func kindOfBlank(offset int64) blankness {
	switch offset {
	case 1:
		return blankAbsent
	case 2:
		return blankLacking
	case 3:
		return blankDenied
	default:
		return blankNull
	}
}
