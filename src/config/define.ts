import type { BakedTargets } from "./builders.ts";
import type { BuildInput, ConfigInput, ConsumerInput, MemberInput, PublishTargetInput } from "./schema.ts";

type ContainerInput = NonNullable<ConsumerInput["container"]>;
type CopyInput = NonNullable<ConfigInput["copies"]>[number];
type CacheInput = NonNullable<ConfigInput["caches"]>[string];
type BranchesInput = NonNullable<ConfigInput["branches"]>;

/** A consumer whose references to builds, caches and other consumers are the names of declared ones. */
export interface ConsumerOf<
  BuildName extends string,
  CacheName extends string,
  ConsumerName extends string,
> extends Omit<ConsumerInput, "needs" | "after" | "container" | "caches"> {
  /** The builds that are tested. Without any, the consumer checks the code itself. */
  needs?: BuildName | readonly BuildName[] | undefined;
  /** Consumers that must have passed before this one starts; with `topology: "workflow_call"`. */
  after?: readonly ConsumerName[] | undefined;
  /** The caches that the tests read, by their key in `caches`. */
  caches?: readonly CacheName[] | undefined;
  /** Run the image under test before the commands, wait until it is healthy, and show its logs on failure. */
  container?: (Omit<ContainerInput, "build"> & { build?: BuildName | undefined }) | undefined;
}

type Publish<Kind extends PublishTargetInput["kind"]> = Extract<PublishTargetInput, { kind: Kind }>;
type Referring<Target, References> = Omit<Target, keyof References> & References;

/** A target whose references to builds and other targets are the names of declared ones. */
export type PublishOf<BuildName extends string, PublishName extends string> = {
  after?: readonly PublishName[] | undefined;
} & (
  | Referring<
      Omit<Publish<"images">, "after">,
      { images: BuildName | readonly BuildName[]; names?: Readonly<Partial<Record<BuildName, string>>> | undefined }
    >
  | Referring<Omit<Publish<"npm">, "after">, { from: BuildName }>
  | Referring<Omit<Publish<"maven">, "after">, { from: BuildName }>
  | Referring<
      Omit<Publish<"githubRelease">, "after">,
      { files?: readonly BuildName[] | undefined; sboms?: readonly BuildName[] | undefined }
    >
  | Referring<Omit<Publish<"deploy">, "after">, { images: BuildName | readonly BuildName[] }>
);

/** What has a moving tag: the default branch, an integration branch, or the nightly build. */
type ChannelOf<Main extends string, Integration extends string> = Main | Integration | "nightly";

/**
 * A whole config. The names of builds and branches are inferred where they are declared, and held against every place
 * that refers to them.
 */
export interface TypedConfig<
  BuildName extends string,
  Main extends string,
  Integration extends string,
  TargetName extends string = never,
  CacheName extends string = never,
  ConsumerName extends string = string,
  PublishName extends string = string,
> extends Omit<ConfigInput, "builds" | "consumers" | "publish" | "branches" | "channels" | "copies" | "caches"> {
  /** What is built: images, targets of bake files, and files, by name. */
  builds?: Readonly<Record<BuildName, BuildInput | BakedTargets<TargetName>>>;
  /** Who tests what is built, by name. */
  consumers?:
    | Readonly<
        Record<ConsumerName, ConsumerOf<NoInfer<BuildName | TargetName>, NoInfer<CacheName>, NoInfer<ConsumerName>>>
      >
    | undefined;
  /** What is published once all of it has passed, by name; with `topology: "workflow_call"`. */
  publish?: Readonly<Record<PublishName, PublishOf<NoInfer<BuildName | TargetName>, NoInfer<PublishName>>>> | undefined;
  /** Caches that jobs share, by name. */
  caches?: Readonly<Record<CacheName, CacheInput>> | undefined;
  /** The branch groups. */
  branches?:
    | (Omit<BranchesInput, "main" | "integration"> & {
        /** The default branch; `main` when it is not named. */
        main?: Main | undefined;
        /** Long-lived branches whose images are kept like main's. */
        integration?: readonly Integration[] | undefined;
      })
    | undefined;
  /** The moving tag of a branch, or of `nightly`; false for none. main's is `latest`, the first integration branch's `dev`. */
  channels?: Readonly<Partial<Record<ChannelOf<NoInfer<Main>, NoInfer<Integration>>, string | false>>> | undefined;
  /** Registries that receive copies of moving tags and releases, without a second build. */
  copies?:
    | readonly (Omit<CopyInput, "of"> & {
        /** Whose images are copied: branches with a channel, `nightly`, `release`. All of them by default. */
        of?: readonly (ChannelOf<NoInfer<Main>, NoInfer<Integration>> | "release")[] | undefined;
      })[]
    | undefined;
}

/**
 * Declares a pipeline. Returns its argument: all it does is to give the editor the types, so that a reference to
 * something that is not declared is an error at that very place.
 */
export function defineConfig<
  BuildName extends string,
  Main extends string = "main",
  Integration extends string = never,
  TargetName extends string = never,
  CacheName extends string = never,
  ConsumerName extends string = never,
  PublishName extends string = never,
>(
  config: TypedConfig<BuildName, Main, Integration, TargetName, CacheName, ConsumerName, PublishName>,
): TypedConfig<BuildName, Main, Integration, TargetName, CacheName, ConsumerName, PublishName> {
  return config;
}

/** One of several pipelines, with its references checked like those of a whole config. */
export type TypedPipeline<
  BuildName extends string,
  Main extends string,
  Integration extends string,
  TargetName extends string,
  CacheName extends string,
  ConsumerName extends string,
  PublishName extends string,
> = Omit<
  TypedConfig<BuildName, Main, Integration, TargetName, CacheName, ConsumerName, PublishName>,
  "$schema" | "project" | "pipelines" | "check" | "lint"
> & {
  /** The name of its own; made of the repository's and the pipeline's by default. */
  project?: string | undefined;
};

/** Declares one of the pipelines of a repository that holds several systems: `pipelines: { api: pipeline({ … }) }`. */
export function pipeline<
  BuildName extends string,
  Main extends string = "main",
  Integration extends string = never,
  TargetName extends string = never,
  CacheName extends string = never,
  ConsumerName extends string = never,
  PublishName extends string = never,
>(settings: TypedPipeline<BuildName, Main, Integration, TargetName, CacheName, ConsumerName, PublishName>): MemberInput;
export function pipeline(settings: object): MemberInput {
  return settings;
}
