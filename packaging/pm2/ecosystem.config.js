// For those who keep PM2: pm2 start packaging/pm2/ecosystem.config.js
const path = require("path");
const folder = path.resolve(__dirname, "../..");

module.exports = {
  apps: [
    {
      name: "media-router",
      script: path.join(folder, ".build/release/router"),
      args: ["run", path.join(folder, "routes.json")],
      cwd: folder,
      interpreter: "none",
      autorestart: true,
      restart_delay: 5000,
      kill_timeout: 5000,
    },
  ],
};
