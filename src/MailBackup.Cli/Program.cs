using MailBackup.Cli;

return CommandLine.Run(args, CommandHost.ForProcess());
