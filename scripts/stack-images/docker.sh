# Makes sure that a Docker engine answers and that `docker compose` exists. Sourced by build.sh.
#
# On a machine that has both, nothing happens. Otherwise, as root on a Debian-like system, both are installed and the
# engine is started; anywhere else one sentence says what to install.

engine_answers() { timeout 20 docker info >/dev/null 2>&1; }

ensure_docker() {
  if ! engine_answers; then
    if ! command -v dockerd >/dev/null; then
      [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail \
        "no Docker engine: expected 'docker info' to answer. Install Docker Engine (https://docs.docker.com/engine/install/) and start it, then run this again."
      step "install docker.io from Debian" docker-install install_engine
    fi
    [ "$(id -u)" = 0 ] || fail "the Docker engine is installed but does not answer: start it (sudo systemctl start docker) or join the group 'docker', then run this again."
    step "start the Docker engine" dockerd-start start_engine
  fi
  docker compose version >/dev/null 2>&1 || install_compose
}

install_engine() {
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends docker.io iptables
}

# Without systemd nobody else starts it. One at most: a second one on the same data folder damages it.
start_engine() {
  if ! { [ -s /var/run/docker.pid ] && kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null; }; then
    if [ -d /run/systemd/system ]; then
      systemctl start docker
    else
      rm -f /var/run/docker.pid
      # 9 is the lock of build.sh, which must not live as long as the engine.
      setsid dockerd >>"$LOGS/dockerd.log" 2>&1 </dev/null 9>&- &
    fi
  fi
  local waited
  for waited in $(seq 60); do
    if engine_answers; then echo "answers after $waited s"; return 0; fi
    sleep 1
  done
  echo "the Docker engine did not answer within 60 s; its log is $LOGS/dockerd.log"
  tail -n 20 "$LOGS/dockerd.log" 2>/dev/null
  return 1
}

install_compose() {
  local plugins="${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins"
  build_binary docker-compose
  mkdir -p "$plugins"
  cp "$(binary_path docker-compose)" "$plugins/docker-compose"
  docker compose version >/dev/null || fail "docker compose was installed in $plugins but does not run"
}
