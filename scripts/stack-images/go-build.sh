# Builds one binary of a component from its public Go module. Sourced by build.sh.
#
# The module's own source tree is the main module of the build, not a dependency of one of ours: only then do its
# go.mod's replace lines count, and `go install module@version` refuses modules that have some.

# Everything that decides what comes out: another answer here is another folder in the cache.
recipe_of() {
  local component=$1
  { row "$COMPONENTS" "$component"; cat "$HERE/go-build.sh"; [ "$component" != builder ] || cat "$HERE/collector.yaml"; go env GOVERSION; } \
    | sha256sum | cut -c1-12
}

# Prints where binary $1 stands in the cache, built or not.
binary_path() {
  local binary=$1 component
  [ "$binary" != otelcol-contrib ] || { echo "$CACHE/builds/collector-v0.159.0-$(recipe_of builder)/otelcol-contrib"; return; }
  component=$(column "$(component_of "$binary")" 1)
  [ -n "$component" ] || fail "unknown binary '$binary': expected one of $(all_binaries)"
  echo "$CACHE/builds/$component-$(column "$(component_of "$binary")" 3)-$(recipe_of "$component")/$binary"
}

all_binaries() { { printf '%s\n' "$COMPONENTS" | cut -d'|' -f5 | tr ' ' '\n' | sed -n 's/=.*//p'; echo otelcol-contrib; } | tr '\n' ' '; }

go_quietly() {
  env CGO_ENABLED=0 GOWORK=off GOFLAGS="-p=${STACK_BUILD_JOBS:-2} -trimpath -buildvcs=false -mod=mod" nice go "$@"
}

# Unpacks module $1 at version $2 into folder $3, writable, ready to be built as main module.
unpack_module() {
  local module=$1 version=$2 folder=$3 source
  source=$(go_quietly mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  [ -d "$source" ] || return 1
  rm -rf "$folder" && mkdir -p "$folder" && cp -r "$source/." "$folder/" && chmod -R u+w "$folder" || return 1
  # Loki points at a folder of its repository that has a go.mod of its own and so is not in the module: take the
  # version its go.mod requires from the proxy instead.
  if grep -q '^replace .* => \./' "$folder/go.mod"; then
    (cd "$folder" && sed -n 's/^replace \([^ ]*\).* => \.\/.*/\1/p' go.mod | xargs -n1 -I{} go mod edit -dropreplace {})
  fi
}

build_binary() {
  local binary=$1 target component definition package work
  target=$(binary_path "$binary")
  [ ! -x "$target" ] || return 0
  mkdir -p "$(dirname "$target")"
  if [ "$binary" = otelcol-contrib ]; then
    build_binary ocb
    work="$CACHE/work/collector"
    step "build $binary" "collector" build_collector "$work" "$target"
  else
    definition=$(component_of "$binary"); component=$(column "$definition" 1)
    package=$(column "$definition" 5 | tr ' ' '\n' | sed -n "s/^$binary=//p")
    work="$CACHE/work/$component"
    step "build $binary $(column "$definition" 3)" "$component" \
      build_from_module "$definition" "$work" "$package" "$target"
  fi
}

build_from_module() {
  local definition=$1 work=$2 package=$3 target=$4
  unpack_module "$(column "$definition" 2)" "$(column "$definition" 3)" "$work" || return 1
  (cd "$work" && go_quietly build -tags "$(column "$definition" 4)" -ldflags "-s -w $(column "$definition" 6)" \
    -o "$target.part" "$package") || return 1
  rm -rf "$work"
  mv "$target.part" "$target"
}

build_collector() {
  local work=$1 target=$2
  rm -rf "$work" && mkdir -p "$work" && cp "$HERE/collector.yaml" "$work/" || return 1
  (cd "$work" && go_quietly env >/dev/null && CGO_ENABLED=0 GOWORK=off GOFLAGS="-p=${STACK_BUILD_JOBS:-2} -trimpath -buildvcs=false" \
    nice "$(binary_path ocb)" --config collector.yaml) || return 1
  mv "$work/otelcol/otelcol-contrib" "$target" && rm -rf "$work"
}
