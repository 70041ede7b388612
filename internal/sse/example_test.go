package sse_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/firsttoken/firsttoken/internal/sse"
)

func ExampleScanner() {
	stream := strings.NewReader(": a comment\n\nevent: delta\ndata: one\ndata: two\n\ndata: three\n\n")
	s := sse.NewScanner()
	for {
		buf, err := s.Buffer(16) // at most 16 bytes a read
		if err != nil {
			fmt.Println(err)
			return
		}
		n, err := stream.Read(buf)
		s.Filled(n)
		for {
			ev, ok, err := s.Next()
			if err != nil || !ok {
				break
			}
			fmt.Printf("%q %q\n", ev.Name, ev.Data)
		}
		if errors.Is(err, io.EOF) {
			return
		}
	}
	// Output:
	// "delta" "one\ntwo"
	// "" "three"
}
