package workload

// commonWords are lower-case English words that are one token each, with the space before them, in
// the tokenizers of the GPT-4, Llama 3 and Claude families.
const commonWords = `
the of and to in is you that it he was for on are as with his they at be this have from or one had
by word but not what all were we when your can said there use an each which she do how their if will
up other about out many then them these so some her would make like him into time has look two more
write go see number no way could people my than first water been call who oil its now find long down
day did get come made may part over new sound take only little work know place year live me back give
most very after thing our just name good sentence man think say great where help through much before
line right too mean old any same tell boy follow came want show also around form three small set put
end does another well large must big even such because turn here why ask went men read need land
`

// codeNames take the place of each X in codeLines.
const codeNames = `
key value name data list map item node file path line test size count index result input output buffer
state user id next prev head tail left right start stop total limit offset width table row column cache
queue stack group order event token field entry record block page link source target task
`

// codeLines are shapes of code, one line each, of atoms that are one token each. Every line ends with a brace.
const codeLines = `
if err != nil {
return nil , err }
return X , nil }
for i := range X {
for X := range X {
if X == nil {
if X < X && X > 0 {
switch X {
func X ( X string , X int ) error {
type X struct {
defer func ( ) {
if ok := X == X ; ok {
X := X + X ; return X }
var X = [ ] int {
else if X != X {
const X = 1 ; type X map [ string ] int {
import X ; package X {
while X < X {
def X ( self , X ) : return X }
class X extends X {
let X = new X ( X ) ; if X {
public static void X ( String X ) {
try { X = X ; } catch ( X ) {
break ; case X : continue }
`
