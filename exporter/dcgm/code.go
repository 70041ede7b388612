package dcgm

import (
	"strconv"
	"strings"
)

// DCGM return codes that the code acts on. Source: dcgm_structs.h, dcgmReturn_t.
const (
	codeOK               = 0
	codeNotSupported     = -6
	codeVersionMismatch  = -12
	codeNoPermission     = -17
	codeGPULost          = -18
	codeFunctionNotFound = -20
	codeConnection       = -21
	codeUnknown          = "unknown"
)

// codeOf finds the return code in an error text, because half of go-dcgm's functions return only a
// text. The texts are those of DCGM's errorString, and "… failed with error code -21" of one function.
// Any other text is "unknown", so that the label stays a closed set.
func codeOf(text string) string {
	for _, known := range [...]struct {
		text string
		code int
	}{
		{"connection invalid/disconnected", codeConnection},
		{"Bad parameter passed", -1},
		{"Generic unspecified error", -3},
		{"Feature not supported", codeNotSupported},
		{"Object is in an undefined state", -10},
		{"Timeout", -11},
		{"API version mismatch", codeVersionMismatch},
		{"Unknown field", -13},
		{"No data is available", -14},
		{"Not permitted to perform", codeNoPermission},
		{"GPU is lost", codeGPULost},
		{"Function not found", codeFunctionNotFound},
		{"Max limit reached", -24},
		{"Duplicate Key", -26},
	} {
		if strings.Contains(text, known.text) || strings.HasSuffix(text, "error code "+strconv.Itoa(known.code)) {
			return strconv.Itoa(known.code)
		}
	}
	return codeUnknown
}

// versionMismatch reports whether a code means that libdcgm and the engine are of incompatible versions:
// a newer libdcgm sends requests that an older engine does not know.
func versionMismatch(code string) bool {
	return code == strconv.Itoa(codeVersionMismatch) || code == strconv.Itoa(codeFunctionNotFound)
}
