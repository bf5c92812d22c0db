import { Link } from "wouter";
import { quietButton } from "../ui";

const PARTS: [string, string][] = [
  ["CloudFront and S3", "serve this page; the bucket is private and answers to the distribution alone."],
  ["Cognito", "keeps the accounts. You sign in on its pages, by authorization code with PKCE."],
  ["API Gateway", "checks your token before anything else sees a request."],
  ["Lambda", "runs the backend, a Rust program."],
  ["DynamoDB", "keeps the tasks, each under the person it belongs to."],
];

export function About() {
  return (
    <article className="max-w-prose" data-testid="about">
      <title>About · todo</title>
      <Link href="/" className={`${quietButton} -ml-2 text-sm`}>
        ← Back
      </Link>
      <h1 className="mt-4 text-3xl font-semibold tracking-tight">About</h1>
      <p className="text-soft mt-4 text-pretty">
        todo keeps one list of tasks per person. It is small on purpose, and whole: what you see here is deployed by one
        CloudFormation template.
      </p>
      <dl className="divide-line border-line mt-8 divide-y border-y">
        {PARTS.map(([name, what]) => (
          <div key={name} className="grid gap-x-6 gap-y-1 py-4 sm:grid-cols-[10.5rem_1fr]">
            <dt className="font-medium">{name}</dt>
            <dd className="text-soft text-pretty">{what}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}
