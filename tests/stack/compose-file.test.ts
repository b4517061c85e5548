import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findWhatIsMissing, loadServices, type Service } from "./support/docker.ts";

/** Images are not needed to read the file. */
const missing = findWhatIsMissing();
const unreadable = missing !== undefined && !missing.startsWith("these images");

describe("docker-compose.yml", { skip: unreadable ? missing : false }, () => {
  const services = unreadable ? {} : loadServices();
  const all = Object.entries(services);
  const longRunning = all.filter(([, { restart }]) => restart !== undefined && restart !== "no");
  const each = (
    entries: readonly (readonly [string, Service])[],
    check: (service: Service, name: string) => void,
  ): void => {
    assert.ok(entries.length > 0);
    for (const [name, service] of entries) check(service, name);
  };

  it("publishes ports on this machine's own address only", () => {
    const ports = all.flatMap(([name, service]) => (service.ports ?? []).map((port) => ({ name, ...port })));
    assert.equal(ports.length, 7);
    for (const { name, host_ip } of ports) assert.equal(host_ip, "127.0.0.1", name);
  });

  it("pins every image to a version", () => {
    each(all, ({ image }, name) => assert.match(image, /^[\w./-]+:v?\d+\.\d+\.\d+$/, name));
  });

  it("has no password in it", () => {
    each(all, ({ environment = {} }, name) => {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET|TOKEN|KEY$/.test(variable))
          assert.ok(!value, `${variable} of ${name} is set to something`);
      }
    });
  });

  it("limits the memory of every service", () => {
    each(all, ({ mem_limit }, name) => assert.ok(Number(mem_limit) > 0, name));
  });

  it("runs nothing as root that stays, and lets it gain nothing", () => {
    assert.deepEqual(
      all.filter(([name]) => !longRunning.some(([one]) => one === name)).map(([name]) => name),
      ["volume-owner"],
    );
    each(longRunning, ({ user, read_only, cap_drop, security_opt }, name) => {
      assert.match(user ?? "", /^[1-9]\d*:\d+$/, name);
      assert.equal(read_only, true, name);
      assert.deepEqual(cap_drop, ["ALL"], name);
      assert.deepEqual(security_opt, ["no-new-privileges:true"], name);
    });
  });

  it("asks every service that stays whether it is well, the collector from next door", () => {
    const unasked = longRunning.filter(([, { healthcheck }]) => healthcheck === undefined).map(([name]) => name);
    assert.deepEqual(unasked, ["otel-collector"]);
    assert.ok(services["otel-collector-ready"]?.healthcheck);
  });
});
