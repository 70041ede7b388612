package screen

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := Table{Text: 1}
	table.Add("NAME", "COUNT", "µs")
	table.Add("a", "12,345", "7")
	table.Add("longer", "1")
	var b strings.Builder
	table.Print(&b)
	const want = "NAME     COUNT  µs\na       12,345   7\nlonger       1\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
