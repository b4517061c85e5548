# Prints what is wanted of a mail: its subject, or the part of a media type (text/plain, text/html), decoded.

function byte(text) {
  return 16 * (index("0123456789ABCDEF", substr(text, 2, 1)) - 1) + index("0123456789ABCDEF", substr(text, 3, 1)) - 1
}

function decoded(text,  out) {
  for (out = ""; match(text, /=[0-9A-F][0-9A-F]/); text = substr(text, RSTART + 3))
    out = out substr(text, 1, RSTART - 1) sprintf("%c", byte(substr(text, RSTART, 3)))
  return out text
}

function header(text,  word) {
  while (match(text, /=[?][^?]*[?][qQ][?][^?]*[?]=/)) {
    word = substr(text, RSTART, RLENGTH)
    tail = substr(text, RSTART + RLENGTH)
    text = substr(text, 1, RSTART - 1)
    sub(/^=[?][^?]*[?].[?]/, "", word)
    sub(/[?]=$/, "", word)
    gsub(/_/, " ", word)
    # Two such words in a row are one text.
    sub(/^ +=[?]/, "=?", tail)
    text = text decoded(word) tail
  }
  return text
}

{ sub(/\r$/, "") }
place == "" && /^Subject: / && wanted == "subject" { print header(substr($0, 10)); exit }
place == "" && /boundary=/ { boundary = $0; sub(/.*boundary=/, "", boundary); gsub(/"/, "", boundary) }
place == "" && $0 == "" { place = "parts"; next }
place == "" { next }
boundary != "" && index($0, "--" boundary) == 1 { if (found) exit; place = "part"; next }
place == "part" && tolower($0) ~ /^content-type:/ { found = index(tolower($0), wanted) > 0; next }
place == "part" && $0 == "" { place = "body"; next }
place == "body" && found {
  if (sub(/=$/, "")) printf "%s", decoded($0)
  else print decoded($0)
}
