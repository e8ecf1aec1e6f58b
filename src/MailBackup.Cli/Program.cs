using MailBackup.Cli;

return await CommandLine.RunAsync(args, CommandHost.ForProcess()).ConfigureAwait(false);
