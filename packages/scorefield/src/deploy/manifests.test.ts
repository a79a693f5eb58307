/** What `deploy/` holds: Kubernetes' own schemas, a linter of Dockerfiles, and the shell's check of scripts. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { validate as validateDockerfile } from "dockerfile-utils";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { Job } from "kubernetes-models/batch/v1/Job";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { Service } from "kubernetes-models/v1/Service";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { version } from "../version.ts";

const deploy = fileURLToPath(new URL("../../../../deploy/", import.meta.url));
const text = (name: string): string => readFileSync(`${deploy}${name}`, "utf8");

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  // biome-ignore lint/suspicious/noExplicitAny: the schemas say what it is
  readonly spec: any;
}

const kinds = { Deployment, StatefulSet, Job, PersistentVolumeClaim, Service } as const;

const manifests = (name: string): Manifest[] =>
  parseAllDocuments(text(`kubernetes/${name}`)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });

/** @throws where Kubernetes' schema of its kind refuses it */
const check = (manifest: Manifest): void => {
  const kind = kinds[manifest.kind as keyof typeof kinds];
  if (!kind) throw new Error(`no schema of ${manifest.kind}`);
  new kind(manifest as never).validate();
};

const files = readdirSync(`${deploy}kubernetes`);

test.each(files)("%s is as Kubernetes' schema says", (name) => {
  const all = manifests(name);
  expect(all.length).toBeGreaterThan(0);
  for (const manifest of all) check(manifest);
});

test("the schema does refuse: a wrong type, and missing fields", () => {
  const [job] = manifests("shards.yaml") as [Manifest];
  const changed = (change: (spec: Manifest["spec"]) => void): Manifest => {
    const copy = structuredClone(job);
    change(copy.spec);
    return copy;
  };
  for (const wrong of [
    changed((spec) => {
      spec.completions = "many";
    }),
    changed((spec) => {
      delete spec.template.spec.containers;
    }),
    changed((spec) => {
      spec.template.spec.volumes = [{ persistentVolumeClaim: {} }];
    }),
  ])
    expect(() => check(wrong)).toThrow();
});

test("pods use the volume, the secret and the version that there are", () => {
  const all = files.flatMap(manifests);
  const claims = all.filter(({ kind }) => kind === "PersistentVolumeClaim").map(({ metadata }) => metadata.name);
  const pods = all.flatMap(({ spec }) => (spec.template ? [spec.template.spec] : []));
  expect(pods).toHaveLength(4);
  for (const pod of pods) {
    for (const { persistentVolumeClaim } of pod.volumes ?? [])
      if (persistentVolumeClaim) expect(claims).toContain(persistentVolumeClaim.claimName);
    for (const { image, securityContext } of pod.containers) {
      if (image.startsWith("scorefield")) expect(image).toBe(`scorefield:${version}`);
      expect(securityContext.allowPrivilegeEscalation).toBe(false);
    }
    expect(pod.securityContext.runAsNonRoot).toBe(true);
  }
  const [{ spec }] = manifests("shards.yaml") as [Manifest];
  // The command counts from 1, and the number of parts is the number of pods.
  expect(spec.template.spec.containers[0].args[0]).toContain(`"$((JOB_COMPLETION_INDEX + 1))/${spec.completions}"`);
});

test("the Dockerfile passes the linter, takes published packages of this version and is not run by root", () => {
  const content = text("Dockerfile");
  expect(validateDockerfile(content)).toEqual([]);
  expect(validateDockerfile("FROM\nRUNN x")).not.toEqual([]);
  expect(content).toContain(`ARG VERSION=${version}`);
  expect(content).toMatch(/npm install --global .*"scorefield@\$\{VERSION\}" "@scorefield\/queue@\$\{VERSION\}"/);
  expect(content).toMatch(/^USER node$/m);
  expect(content).not.toContain(":latest");
});

test.each(readdirSync(`${deploy}slurm`))("%s is a script of the shell", (name) => {
  execFileSync("bash", ["-n", `${deploy}slurm/${name}`]);
  expect(text(`slurm/${name}`).split("\n")[0]).toBe("#!/bin/bash");
});
