package results

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/firsttoken/firsttoken/prober/chat"
)

const resultsIntro = `# Results file

Generated from the code by ` + "`go generate ./exporter`" + `; a test keeps it so.

One JSON object per line and per result, in the order in which answers ended. ` + "`firsttoken once --json`" + ` prints the same object, and
` + "`/targets`" + ` lists the last ones. What did not happen or was not said is left out; it is never 0 or null where 0 could be meant.
Fields may be added to version 1; none of them changes its meaning or goes.

Every series can be recomputed from these lines. The share of warm first tokens within two seconds, for example:

` + "```" + `
jq -s '[.[] | select(.phase == "warm" and .ttft_ns) | .ttft_ns <= 2e9] | (map(select(.)) | length) / length' results.jsonl
` + "```" + `

`

// WriteSchema writes docs/results.md from the fields of Record.
func WriteSchema(w io.Writer) error {
	var md strings.Builder
	md.WriteString(resultsIntro)
	md.WriteString("| field | type | always there | what |\n|---|---|---|---|\n")
	fields(&md, "", reflect.TypeFor[Record]())
	_, err := io.WriteString(w, md.String())
	return err
}

func fields(md *strings.Builder, prefix string, of reflect.Type) {
	for f := range of.Fields() {
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		always := "yes"
		if option == "omitempty" {
			always = ""
		}
		what := strings.ReplaceAll(f.Tag.Get("doc"), "{outcomes}", chat.OutcomeNames())
		fmt.Fprintf(md, "| `%s%s` | %s | %s | %s |\n", prefix, name, jsonType(f.Type), always, what)
		if f.Type == reflect.TypeFor[*Tokens]() {
			fields(md, name+".", f.Type.Elem())
		}
	}
}

func jsonType(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		return "integer"
	case t.Kind() == reflect.Float64:
		return "number"
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.String:
		return "string"
	case t.String() == "time.Time":
		return "string"
	}
	return "object"
}
