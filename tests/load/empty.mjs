// A Probot app whose handler does nothing and keeps nothing: what the receiver is measured beside.
export default (app) => {
  app.on("pull_request", async () => {});
};
