# Builds the images of components.sh. Sourced by build.sh.
#
# An image that is there without our label came from a registry: it is the real one and is left alone.
LABEL=agent-observatory.recipe

image_recipe() {
  local name=$1 binary component
  {
    row "$IMAGES" "$name"
    cat "$HERE/images.sh" "$HERE/images/$name.Dockerfile"
    # The bases' recipes: FROM ARG is busybox for all that have one.
    [ "$name" = busybox ] || cat "$HERE/images/busybox.Dockerfile"
    for binary in $(column "$(row "$IMAGES" "$name")" 4); do binary_path "$binary" | sed "s|^$CACHE/||"; done
  } | sha256sum | cut -c1-12
}

# The image docker-compose.yml pins by variable $1 when the environment says nothing.
pinned_image() { sed -n "s/.*\${$1:-\([^}]*\)}.*/\1/p" "$ROOT/docker-compose.yml" | head -n 1; }

build_images() {
  local line name variable image pinned recipe present
  printf '%s\n' "$IMAGES" | while IFS= read -r line; do
    [ -n "$line" ] || continue
    name=$(column "$line" 1) variable=$(column "$line" 2) image=$(column "$line" 3)
    pinned=$(pinned_image "$variable")
    [ "$pinned" = "$image" ] || fail "$name: docker-compose.yml pins '$pinned' but components.sh builds '$image': change both together"
    recipe=$(image_recipe "$name")
    # "none": the image is there but has no such label.
    present=$(docker image inspect --format "{{with index .Config.Labels \"$LABEL\"}}{{.}}{{else}}none{{end}}" "$image" 2>/dev/null || true)
    case "$present" in
      "$recipe") echo "  $image: already built" ;;
      none) echo "  $image: present and not built here, left alone" ;;
      *) build_image "$name" "$image" "$recipe" ;;
    esac
  done
  local binary
  for binary in promtool amtool prometheus alertmanager loki jaeger otelcol-contrib; do link_binary "$binary"; done
  if docker image inspect "$(pinned_image GRAFANA_IMAGE)" >/dev/null 2>&1; then return; fi
  echo "  $(pinned_image GRAFANA_IMAGE): not present, and it cannot be built from a package registry. The stack runs without it."
}

build_image() {
  local name=$1 image=$2 recipe=$3 context="$CACHE/work/image-$1" binary
  for binary in $(column "$(row "$IMAGES" "$name")" 4); do build_binary "$binary" </dev/null; done
  rm -rf "$context" && mkdir -p "$context"
  for binary in $(column "$(row "$IMAGES" "$name")" 4); do cp "$(binary_path "$binary")" "$context/"; done
  step "files of $image" "image-$name" stage_files "$name" "$context"
  cp "$HERE/images/$name.Dockerfile" "$context/Dockerfile"
  step "image $image" "image-$name" docker build --quiet --label "$LABEL=$recipe" --tag "$image" "$context"
  rm -rf "$context"
}

# A folder under owned/ becomes a folder at / that belongs to the image's user: COPY --chown gives it away, and a named
# volume mounted there starts out with the same owner.
stage_files() {
  local name=$1 context=$2 base
  mkdir -p "$context/owned" "$context/root/etc/ssl/certs" "$context/root/tmp"
  chmod 1777 "$context/root/tmp"
  case "$name" in
    busybox)
      debian_package busybox-static "$context/deb" || return 1
      mkdir -p "$context/root/bin" && cp "$context/deb/bin/busybox" "$context/root/bin/" || return 1
      for base in $("$context/root/bin/busybox" --list); do
        [ "$base" = busybox ] || ln -s busybox "$context/root/bin/$base"
      done
      printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/home:/bin/false >"$context/root/etc/passwd"
      printf '%s\n' root:x:0: nobody:x:65534: >"$context/root/etc/group"
      ;;
    prometheus) mkdir -p "$context/owned/prometheus" "$context/owned/etc/prometheus" ;;
    alertmanager) mkdir -p "$context/owned/alertmanager" "$context/owned/etc/alertmanager" ;;
    loki)
      mkdir -p "$context/owned/loki" "$context/owned/etc/loki" "$context/root/etc"
      printf '%s\n' root:x:0:0:root:/root:/sbin/nologin loki:x:10001:10001::/home/loki:/sbin/nologin >"$context/root/etc/passwd"
      printf '%s\n' root:x:0: loki:x:10001: >"$context/root/etc/group"
      ;;
    collector | jaeger) : ;;
  esac
  debian_package ca-certificates "$context/deb" || return 1
  find "$context/deb/usr/share/ca-certificates/mozilla" -name '*.crt' -print0 | sort -z | xargs -0 cat \
    >"$context/root/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$context/deb"
}

# Unpacks Debian package $1 into folder $2 without installing it.
debian_package() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null \
    || { echo "expected a Debian-like system (apt-get, dpkg-deb) to take $1 from"; return 1; }
  mkdir -p "$CACHE/debs" "$2"
  if ! ls "$CACHE/debs/$1"_*.deb >/dev/null 2>&1; then
    (cd "$CACHE/debs" && { apt-get download -q "$1" || { apt-get update -q && apt-get download -q "$1"; }; }) || return 1
  fi
  dpkg-deb -x "$(ls "$CACHE/debs/$1"_*.deb | head -n 1)" "$2"
}
