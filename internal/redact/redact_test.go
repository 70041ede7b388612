package redact

import (
	"encoding/base64"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	const key = "sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz/0123"
	for _, c := range []struct{ text, want string }{
		{"nothing of it", "nothing of it"},
		{"key " + key + " is wrong", "key <secret> is wrong"},
		{key + key, "<secret>"},
		{"cut " + key[:12], "cut <secret>"},
		{"cut " + key[9:], "cut <secret>"},
		{"too little: " + key[:7], "too little: " + key[:7]},
		{"Bearer " + key + ", and " + key[10:20] + "!", "Bearer <secret>, and <secret>!"},
		{"in a url: " + url.QueryEscape(key), "in a url: <secret>"},
		{"base64 " + encoded(key), "base64 <secret>"},
		{`{"key":"` + strings.ReplaceAll(key, "/", `\/`) + `"}`, `{"key":"<secret>"}`},
		{"in other letters " + strings.ToUpper(key), "in other letters <secret>"},
		{"in HTML " + html.EscapeString("it's <"+key+">&"), "in HTML it&#39;s &lt;<secret>&gt;&amp;"},
		{"a header " + encoded("Bearer "+key), "a header QmVhcmVyIH<secret>w=="},
		{"a header " + encoded("x-api-key="+key), "a header eC1hcGkta2V5PX<secret>w=="},
		{"the password hunter2 stands alone", "the password <secret> stands alone"},
		{"", ""},
	} {
		if got := New(key, " hunter2\n", "abc", "").Clean(c.text); got != c.want {
			t.Errorf("%q\n  got  %q\n  want %q", c.text, got, c.want)
		}
	}
	if got := (*Redactor)(nil).Clean("as it is"); got != "as it is" {
		t.Errorf("no redactor made %q", got)
	}
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// TestNoPartSurvives cuts a secret in all ways, between two texts, and looks for what is left of it.
func TestNoPartSurvives(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, length := range []int{17, 60, 200, 1400} {
		secret := randomKey(random, length)
		r := New(secret)
		for range 500 {
			from := random.IntN(length)
			to := from + random.IntN(length-from) + 1
			clean := r.Clean(fmt.Sprintf("error: %s; try %s", secret[from:to], secret[:to-from]))
			if part := survivor(clean, secret); part != "" {
				t.Fatalf("%q of a secret of %d bytes is left in %q", part, length, clean)
			}
		}
	}
}

// survivor is a part of the secret that the text still holds.
func survivor(text, secret string) string {
	for i := range len(secret) - Part + 1 {
		if part := secret[i : i+Part]; strings.Contains(text, part) {
			return part
		}
	}
	return ""
}

func randomKey(random *rand.Rand, length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/+."
	key := make([]byte, length)
	for i := range key {
		key[i] = letters[random.IntN(len(letters))]
	}
	return string(key)
}

func FuzzClean(f *testing.F) {
	f.Add("the key is sk-0123456789abcdef", "sk-0123456789abcdef")
	f.Add("aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaa")
	f.Fuzz(func(t *testing.T, text, secret string) {
		text, secret = text[:min(len(text), 2000)], secret[:min(len(secret), 200)] // every part is looked at
		secret = strings.TrimSpace(secret)
		if strings.Contains(Mark, secret) || len(secret) >= Part && survivor(Mark, secret) != "" {
			return // the mark itself would count as a leak
		}
		clean := New(secret).Clean(text)
		if part := survivor(clean, secret); len(secret) >= Part && part != "" && !strings.Contains(part, Mark[:1]) &&
			!strings.Contains(part, Mark[len(Mark)-1:]) {
			t.Fatalf("%q is left in %q", part, clean)
		}
	})
}

func ExampleRedactor_Clean() {
	r := New("sk-0123456789abcdef")
	fmt.Println(r.Clean("Incorrect API key provided: sk-01234567********."))
	// Output: Incorrect API key provided: <secret>********.
}
