package screen

import (
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{rates(2.48e6, 2.5e6), "2.48/2.50M"},
		{rates(0, 20_000), "0/20k"},
		{rates(3, 7), "3/7"},
		{percent(0.9996), "99.9%"}, // not 100 %
		{percent(0.95), "95%"},
		{percent(1), "100%"},
		{Clock(59 * time.Second), "59s"},
		{Clock(125 * time.Second), "2m05s"},
		{Clock(62 * time.Minute), "1h02m"},
		{is(0.714).seconds(), "0.71"},
		{is(9.996).seconds(), "10.0"},
		{is(300).seconds(), "300"},
		{measured{}.seconds(), "–"},
		{Thousands(1234567), "1,234,567"},
		{Thousands(999), "999"},
		{Thousands(-1000), "-1,000"},
		{Tokens(950), "950"},
		{Tokens(999.7), "1.00k"},
		{Tokens(28.8e6), "28.8M"},
		{Tokens(864e6), "864M"},
		{Tokens(5.44e9), "5.44G"},
		{Dollars(0), "$0.00"},
		{Dollars(0.0556), "$0.0556"},
		{Dollars(99.99), "$99.99"},
		{Dollars(1065.4), "$1,065"},
		{cut("abc\x1b[31mdef", 20), "abc[31mdef"}, // a log line cannot move the cursor
		{cut("abcdef", 4), "abc…"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width int
		want  string
	}{
		{13, "12 · 34 · 567"},
		{12, "12 · 34 …"},
		{9, "12 · 34 …"},
		{8, "12 …"}, // there is no room to say that something is left out
		{4, "12 …"},
	} {
		if got := fit([]string{"12", "34", "567"}, c.width); got != c.want {
			t.Errorf("in %d columns: %q, want %q", c.width, got, c.want)
		}
	}
}
