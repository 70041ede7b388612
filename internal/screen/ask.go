package screen

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether a person is at the other end of a stream of this process.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
