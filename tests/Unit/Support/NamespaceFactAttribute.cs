using System.Diagnostics;

namespace MailBackup.Tests.Support;

/// <summary>A test that needs a user namespace, to have limits of its own. Skipped, and said so, where this user gets none.</summary>
[AttributeUsage(AttributeTargets.Method)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute()
    {
        try
        {
            using var unshare = Process.Start(new ProcessStartInfo("unshare", ["--user", "--map-root-user", "sh", "-c", "test -w /proc/sys/user/max_inotify_watches"]) { RedirectStandardError = true })!;
            unshare.WaitForExit();
            Skip = unshare.ExitCode == 0 ? null : "Needs user namespaces (sysctl kernel.unprivileged_userns_clone).";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip = "Needs unshare: apt-get install util-linux.";
        }
    }
}
