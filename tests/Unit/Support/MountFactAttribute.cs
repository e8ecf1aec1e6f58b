namespace MailBackup.Tests.Support;

/// <summary>A test that mounts file systems of its own. Skipped, and said so, where that is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Allowed = new(() =>
    {
        if (!Environment.IsPrivilegedProcess || !MemoryFileSystem.TryMount(1, out var mount))
        {
            return false;
        }

        mount.Dispose();
        return true;
    });

    public MountFactAttribute()
    {
        if (!Allowed.Value)
        {
            Skip = "Needs to mount a tmpfs, which only root may, and not in every container.";
        }
    }
}
