// Package mixin holds the jsonnet mixin of alerts/mixin to the rules that `firsttoken rules` writes.
package mixin
