using MailBackup.Help;

if (args.Length != 3)
{
    Console.Error.WriteLine("usage: MailBackup.Help <docs folder> <MailBackup.Cmdlets.dll> <module folder>");
    return 2;
}

var problems = new Problems();
new HelpCompiler(args[0], args[1], problems).Compile(args[2]);
return problems.Any ? 1 : 0;
