package results

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/firsttoken/firsttoken/internal/golden"
	"github.com/firsttoken/firsttoken/prober/chat"
)

var updateDocs = flag.Bool("update", false, "write docs/results.md")

// TestDocs holds docs/results.md to the code; go generate writes it.
func TestDocs(t *testing.T) {
	page, err := template.ParseFiles("testdata/results.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := page.Execute(&want, fieldsOf(commentsOf(t, "record.go"), reflect.TypeFor[Record](), "")); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "../../docs/results.md", want.String(), *updateDocs) // go generate ./exporter writes it
}

// field is a line of the table of docs/results.md.
type field struct {
	Name, Type, Doc string
	Always          bool
}

// fieldsOf lists the fields of a record by their names in JSON, those of its tokens under "tokens.".
func fieldsOf(comments map[string]string, record reflect.Type, prefix string) []field {
	var all []field
	for f := range record.Fields() {
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, field{
			Name: prefix + name, Type: jsonType(f.Type), Always: option != "omitempty",
			Doc: strings.ReplaceAll(comments[record.Name()+"."+f.Name], "{outcomes}", chat.OutcomeNames()),
		})
		if f.Type == reflect.TypeFor[*Tokens]() {
			all = append(all, fieldsOf(comments, f.Type.Elem(), name+".")...)
		}
	}
	return all
}

// commentsOf are the comments of the fields of a file's structs, above a field or behind it, by "Type.Field".
func commentsOf(t *testing.T, path string) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, isType := n.(*ast.TypeSpec)
		if !isType {
			return true
		}
		if record, isStruct := spec.Type.(*ast.StructType); isStruct {
			for _, f := range record.Fields.List {
				text := f.Doc.Text() + f.Comment.Text() // one of the two is empty
				all[spec.Name.Name+"."+f.Names[0].Name] = strings.Join(strings.Fields(text), " ")
			}
		}
		return false
	})
	return all
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
	case t.Kind() == reflect.String, t == reflect.TypeFor[time.Time]():
		return "string"
	}
	return "object"
}

// A field without a text would have an empty cell in docs/results.md.
func TestEveryFieldIsDescribed(t *testing.T) {
	for _, f := range fieldsOf(commentsOf(t, "record.go"), reflect.TypeFor[Record](), "") {
		if f.Doc == "" || f.Name == "" {
			t.Errorf("the field %q has no comment", f.Name)
		}
	}
}
