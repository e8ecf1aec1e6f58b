namespace MailBackup.Tests.Support;

/// <summary>A test that asks Python's own mail library what it makes of our files. Skipped, and said so, where there is no Python.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute()
    {
        bool found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "python3")));
        Skip = found ? null : "Needs python3.";
    }
}
